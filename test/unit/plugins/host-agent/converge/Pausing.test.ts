import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pausing } from '../../../../../plugins/host-agent/converge/Pausing.ts';
import { PauseFile } from '../../../../../plugins/host-agent/history/PauseFile.ts';

describe('the pause of a host', () => {
  let root: string;
  let calls: number;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pausing-'));
    calls = 0;
  });
  afterEach(() => rm(root, { recursive: true }));

  async function open(): Promise<Pausing> {
    const pauses = new PauseFile(root);
    const context = { now: () => '2026-01-02T03:04:05Z', log: { info: () => undefined } as never };
    return new Pausing(context, { pauses, paused: await pauses.read() }, () => void calls++);
  }

  it('lasts over a restart, until it is resumed', async () => {
    const first = await open();
    first.requireUnpaused();
    await first.pause('user 0');
    await first.pause('user 1');
    assert.equal(calls, 2);
    const second = await open();
    assert.deepEqual(second.current, { version: 1, by: 'user 0', since: '2026-01-02T03:04:05Z' });
    assert.throws(() => second.requireUnpaused(), /paused by user 0 since 2026-01-02T03:04:05Z/);
    await second.resume();
    assert.equal(second.current, undefined);
    assert.equal((await open()).current, undefined);
  });

  it('is kept by a damaged file', async () => {
    await (await open()).pause('user 0');
    await writeFile(join(root, 'host-agent', 'paused.json'), '{');
    const { current } = await open();
    assert.equal(current?.by, 'somebody');
  });
});
