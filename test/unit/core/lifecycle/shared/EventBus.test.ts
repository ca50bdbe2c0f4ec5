import assert from 'node:assert/strict';
import { EventBus } from '../../../../../core/lifecycle/shared/EventBus.ts';
import { asCaller } from '../../../../../hooks/caller.ts';
import type { EngineEvent } from '../../../../../hooks/engine.ts';

describe('events', () => {
  const event = (id: string) => ({ type: 'container' as const, action: 'start', id, attributes: {} });

  async function take(source: AsyncIterable<EngineEvent>, count: number): Promise<string[]> {
    const ids: string[] = [];
    for await (const { id } of source) if (ids.push(id) === count) break;
    return ids;
  }

  it('reach every subscriber, in order', async () => {
    const bus = new EventBus();
    const both = [1, 2].map(() => take(bus.subscribe({ signal: AbortSignal.timeout(5_000) }), 2));
    await new Promise(setImmediate);
    bus.emit(event('a'));
    bus.emit(event('b'));
    assert.deepEqual(await Promise.all(both), [
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('have no secrets, in attributes and action', async () => {
    const bus = new EventBus((text) => text.replaceAll('sesame', '***'));
    bus.emit({
      ...event('a'),
      action: 'exec_start: open sesame',
      attributes: { label: 'sesame', name: 'b' },
    });
    for await (const { action, attributes } of bus.subscribe({
      since: 0,
      until: 0,
      signal: AbortSignal.timeout(5_000),
    }))
      assert.deepEqual(
        { action, attributes },
        { action: 'exec_start: open ***', attributes: { label: '***', name: 'b' } },
      );
    assert.deepEqual(
      await take(bus.subscribe({ since: 0, until: 0, signal: AbortSignal.timeout(5_000) }), 1),
      ['a'],
    );
  });

  it('have who has asked for them, unless it was pouchd', async () => {
    const bus = new EventBus();
    asCaller(
      () => ({ transport: 'unix', uid: 7 }),
      () => bus.emit(event('a')),
    );
    bus.emit(event('b'));
    const callers: unknown[] = [];
    for await (const { by } of bus.subscribe({ since: 0, signal: AbortSignal.abort() })) callers.push(by);
    assert.deepEqual(callers, [{ transport: 'unix', uid: 7 }, undefined]);
  });

  it('of the past come with since, then the live ones', async () => {
    const bus = new EventBus();
    bus.emit(event('old'));
    const since = Date.now() / 1000 - 60;
    const taken = take(bus.subscribe({ since, signal: AbortSignal.timeout(5_000) }), 2);
    await new Promise(setImmediate);
    bus.emit(event('new'));
    assert.deepEqual(await taken, ['old', 'new']);
  });

  it('end at until, in the past at once', async () => {
    const bus = new EventBus();
    bus.emit(event('a'));
    const now = Date.now() / 1000;
    const signal = new AbortController().signal;
    assert.deepEqual(await take(bus.subscribe({ since: now - 60, until: now, signal }), 9), ['a']);
    assert.deepEqual(await take(bus.subscribe({ until: now + 0.05, signal }), 9), []);
  });

  it('have rising times, also in one millisecond', async () => {
    const bus = new EventBus();
    for (const id of 'abc') bus.emit(event(id));
    const times: bigint[] = [];
    const signal = AbortSignal.abort();
    for await (const { timeNano } of bus.subscribe({ since: 0, signal })) times.push(timeNano);
    assert.equal(times.length, 3);
    assert.ok(times[0]! < times[1]! && times[1]! < times[2]!);
  });
});
