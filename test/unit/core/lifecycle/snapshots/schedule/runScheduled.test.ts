import assert from 'node:assert/strict';
import { runScheduled } from '../../../../../../core/lifecycle/snapshots/schedule/runScheduled.ts';
import type { EngineContext } from '../../../../../../core/lifecycle/shared/engineContext.ts';
import type { ContainerRecord } from '../../../../../../hooks/engine.ts';
import { record as recordOf } from '../../../record.ts';

const from = '2026-03-01T00:00:00.000Z';
const clock = { now: () => new Date('2026-03-01T02:30:00Z') };

describe('a scheduled snapshot', () => {
  let events: string[];
  let saved: ContainerRecord[];
  let isFull: boolean;
  const engine = {
    operations: { run: (_verb: string, _id: string, work: () => unknown) => work() },
    locks: { run: (_id: string, _verb: string, work: () => unknown) => work() },
    generations: { use: (work: () => unknown) => work() },
    store: {
      get: () => undefined,
      save: async (record: ContainerRecord) => {
        if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        saved.push(record);
      },
    },
    secrets: { data: (value: unknown) => value },
    events: { emit: ({ action }: { action: string }) => events.push(action) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  } as unknown as EngineContext;

  beforeEach(() => {
    [events, saved, isFull] = [[], [], false];
  });

  const scheduled = (state: Partial<ContainerRecord['state']>) => {
    const made = recordOf({ snapshotSchedule: { schedule: 'every 1h', keepScheduled: 2, from } });
    Object.assign(made.state, state);
    return made;
  };

  it('that fails is noted, and tried again at the next time', async () => {
    // One that is dead has run, and cannot be copied.
    const record = scheduled({ status: 'dead', startedAt: from, finishedAt: from });
    await runScheduled(engine, record, clock);
    const { problem, next } = record.snapshotSchedule!;
    assert.match(problem!, /^2026-03-01T02:30:00.000Z: cannot snapshot .*: it is dead$/);
    assert.equal(next, '2026-03-01T03:30:00.000Z');
    assert.deepEqual(events, ['snapshot-failed']);
    assert.equal(saved.length, 1);
    await runScheduled(engine, record, clock);
    assert.equal(saved.length, 1);
  });

  it('does not run again and again where nothing can be stored', async () => {
    isFull = true;
    const record = scheduled({ status: 'created', startedAt: '' });
    await runScheduled(engine, record, clock);
    assert.equal(record.snapshotSchedule!.next, '2026-03-01T03:30:00.000Z');
  });

  it('begins anew after a clock that was far ahead was set back', async () => {
    const record = scheduled({ status: 'dead', startedAt: from, finishedAt: from });
    record.snapshotSchedule!.from = '2036-01-01T00:00:00.000Z';
    await runScheduled(engine, record, clock);
    const { from: start, next, problem } = record.snapshotSchedule!;
    assert.deepEqual(
      [start, next, problem],
      ['2026-03-01T02:30:00.000Z', '2026-03-01T03:30:00.000Z', undefined],
    );
    assert.equal(saved.length, 1);
  });

  it('is left out of a container that never ran', async () => {
    const record = scheduled({ status: 'created', startedAt: '' });
    await runScheduled(engine, record, clock);
    assert.equal(record.snapshotSchedule!.problem, undefined);
    assert.equal(record.snapshots, undefined);
  });
});
