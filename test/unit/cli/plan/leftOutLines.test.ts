import assert from 'node:assert/strict';
import { leftOutLines } from '../../../../cli/plan/leftOutLines.ts';
import type { TimelineTapWire, TimelineWire } from '../../../../client/index.ts';

const call = (tap: string, outcome: TimelineTapWire['outcome'], error?: string): TimelineTapWire => ({
  hook: 'container.prestart',
  plugin: tap,
  tap,
  offsetMs: 0,
  ms: 1,
  attempts: 1,
  outcome,
  ...(error !== undefined && { error }),
  log: [],
  logLeftOut: 0,
  changes: [],
  changesLeftOut: 0,
});

const start = (...taps: TimelineTapWire[]): TimelineWire => ({
  verb: 'start',
  at: '2026-11-27T07:50:17.680Z',
  ms: 1,
  taps,
});

describe('the taps that a container does without', () => {
  it('are those whose last call was skipped, degraded or left out', () => {
    const lines = leftOutLines([
      start(call('a', 'skipped', 'no'), call('b', 'skipped', 'no'), call('c', 'ok'), call('d', 'open')),
      start(call('a', 'ok'), call('b', 'degraded', 'not\nyet'), call('c', 'ok')),
    ]);
    assert.deepEqual(lines, [
      'LEFT OUT   HOOK                 OUTCOME    ERROR',
      'b          container.prestart   degraded   not yet',
      'd          container.prestart   open       not called: it has failed too often in a row',
    ]);
  });

  it('are not listed where all work', () => assert.deepEqual(leftOutLines([start(call('a', 'ok'))]), []));
});
