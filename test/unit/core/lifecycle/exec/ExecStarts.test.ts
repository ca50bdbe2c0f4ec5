import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ExecStarts } from '../../../../../core/lifecycle/exec/ExecStarts.ts';

describe('the starts of execs', () => {
  let starts: ExecStarts;
  let events: string[];
  beforeEach(() => {
    starts = new ExecStarts();
    events = [];
  });

  const step =
    (name: string, { fails = false } = {}) =>
    async () => {
      events.push(`${name} begins`);
      await delay(10);
      events.push(`${name} ends`);
      if (fails) throw new Error(name);
    };

  it('run at the same time, and a pause waits for them', async () => {
    const both = [starts.start('a', step('one')), starts.start('a', step('two'))];
    await Promise.all([...both, starts.pause('a', step('pause'))]);
    assert.deepEqual(events.slice(0, 2), ['one begins', 'two begins']);
    assert.deepEqual(events.slice(4), ['pause begins', 'pause ends']);
  });

  it('wait for a pause, also for one that fails', async () => {
    const pause = assert.rejects(starts.pause('a', step('pause', { fails: true })), /pause/);
    await Promise.all([pause, starts.start('a', step('one'))]);
    assert.deepEqual(events, ['pause begins', 'pause ends', 'one begins', 'one ends']);
  });

  it('of other containers wait for nothing', async () => {
    await Promise.all([starts.start('a', step('one')), starts.pause('b', step('pause'))]);
    assert.deepEqual(events.slice(0, 2), ['one begins', 'pause begins']);
  });

  it('that fail hold up no pause', async () => {
    const failing = assert.rejects(starts.start('a', step('one', { fails: true })), /one/);
    await Promise.all([failing, starts.pause('a', step('pause'))]);
    assert.equal(events.at(-1), 'pause ends');
  });
});
