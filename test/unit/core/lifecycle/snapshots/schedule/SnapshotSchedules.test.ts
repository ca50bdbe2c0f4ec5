import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { SnapshotSchedules } from '../../../../../../core/lifecycle/snapshots/schedule/SnapshotSchedules.ts';
import type { ContainerRecord } from '../../../../../../hooks/engine.ts';

const start = Date.parse('2026-03-01T00:00:00Z');
const minute = 60_000;

describe('the timer of schedules', () => {
  let now: number;
  let records: ContainerRecord[];
  let waits: number[];
  let fire: (() => void) | undefined;
  let ran: string[];
  const busy = new Set<string>();
  let failing: string | undefined;
  let schedules: SnapshotSchedules;

  const scheduled = (id: string, schedule: string) =>
    ({
      id,
      snapshotSchedule: { schedule, keepScheduled: 1, from: new Date(start).toISOString() },
    }) as ContainerRecord;

  beforeEach(() => {
    [now, records, waits, ran, failing] = [start, [], [], [], undefined];
    busy.clear();
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    schedules = new SnapshotSchedules({
      clock: { now: () => new Date(now) },
      log,
      records: () => records,
      isBusy: (id) => busy.has(id),
      run: async (record) => {
        ran.push(record.id);
        record.snapshotSchedule!.from = new Date(now).toISOString();
        if (record.id === failing) throw new Error('disk full');
      },
      after: (ms, then) => {
        waits.push(ms);
        fire = then;
        return () => (fire = undefined);
      },
    });
  });

  async function passes(ms: number): Promise<void> {
    now += ms;
    fire?.();
    await turn();
  }

  it('runs what is due, and looks at the clock each minute', async () => {
    records = [scheduled('a', 'every 10m'), scheduled('b', 'every 20m'), { id: 'c' } as ContainerRecord];
    schedules.start();
    assert.deepEqual(waits, [minute]);
    await passes(10 * minute);
    assert.deepEqual(ran, ['a']);
    await passes(10 * minute);
    assert.deepEqual(ran, ['a', 'a', 'b']);
  });

  it('makes up one run of many that were missed', async () => {
    records = [scheduled('a', 'every 10m')];
    now += 1000 * minute;
    schedules.start();
    assert.deepEqual(waits, [0]);
    await passes(0);
    await passes(minute);
    assert.deepEqual(ran, ['a']);
  });

  it('continues after a failure, and past a container that is busy', async () => {
    records = [scheduled('a', 'every 10m'), scheduled('b', 'every 10m'), scheduled('c', 'every 10m')];
    failing = 'a';
    busy.add('b');
    schedules.start();
    await passes(10 * minute);
    assert.deepEqual(ran, ['a', 'c']);
    assert.equal(waits.at(-1), 1000);
    busy.clear();
    await passes(1000);
    assert.deepEqual(ran, ['a', 'c', 'b']);
  });

  it('waits for a new schedule, and stops', async () => {
    schedules.wake();
    assert.deepEqual(waits, []);
    schedules.start();
    records = [scheduled('a', 'every 1m')];
    now += minute / 2;
    schedules.wake();
    assert.equal(waits.at(-1), minute / 2);
    schedules.stop();
    assert.equal(fire, undefined);
  });
});
