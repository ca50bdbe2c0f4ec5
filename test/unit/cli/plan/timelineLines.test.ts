import assert from 'node:assert/strict';
import { timelineLines } from '../../../../cli/plan/timelineLines.ts';
import type { TimelineTapWire, TimelineWire } from '../../../../client/index.ts';

function tap(fields: Partial<TimelineTapWire>): TimelineTapWire {
  return {
    hook: 'container.preCreate',
    plugin: 'corp',
    tap: 'corp',
    offsetMs: 0,
    ms: 1,
    attempts: 1,
    outcome: 'ok',
    log: [],
    logLeftOut: 0,
    changes: [],
    changesLeftOut: 0,
    ...fields,
  };
}

function operation(fields: Partial<TimelineWire>): TimelineWire {
  return { verb: 'create', at: '2026-01-01T00:00:00.000Z', ms: 30, taps: [], ...fields };
}

describe('the timeline as text', () => {
  const bars = (...taps: TimelineTapWire[]) =>
    timelineLines([operation({ taps })])
      .slice(2)
      .filter((line) => line.includes('|'))
      .map((line) => line.slice(line.indexOf('|')));

  it('draws each tap where it ran in its operation, the shortest with one character', () => {
    assert.deepEqual(
      bars(tap({ ms: 15 }), tap({ offsetMs: 15, ms: 15 }), tap({ offsetMs: 29.9, ms: 0.01 })),
      [
        `|${'█'.repeat(15)}${' '.repeat(15)}|`,
        `|${' '.repeat(15)}${'█'.repeat(15)}|`,
        `|${' '.repeat(29)}█|`,
      ],
    );
  });

  it('fits observers that end after the operation, and an operation of no length', () => {
    assert.deepEqual(bars(tap({ offsetMs: 30, ms: 30 })), [`|${' '.repeat(15)}${'█'.repeat(15)}|`]);
    assert.deepEqual(timelineLines([operation({ ms: 0, taps: [tap({ ms: 0 })] })]).length, 3);
  });

  it('lists below a tap its error, what it changed, and what it logged', () => {
    const lines = timelineLines([
      operation({
        taps: [
          tap({
            outcome: 'degraded',
            attempts: 3,
            error: 'no\nproxy',
            changes: ['hostname'],
            changesLeftOut: 2,
            log: [{ level: 'warn', message: 'slow', fields: { host: 'a' } }],
            logLeftOut: 4,
          }),
        ],
      }),
    ]);
    assert.match(lines[2] ?? '', /degraded \(3 attempts\)/);
    assert.deepEqual(
      lines.slice(3).map((line) => line.trim()),
      [
        'error: no proxy',
        'changed: hostname and 2 more',
        'warn: slow host="a"',
        '(4 more lines: see the log of pouchd)',
      ],
    );
  });

  it('counts operations from the first, and marks the one that runs', () => {
    const later = operation({ verb: 'start', at: '2026-01-01T00:00:02.500Z', running: true, ms: 1500 });
    const heads = timelineLines([operation({}), later]).filter((line) => line.includes(' at +'));
    assert.deepEqual(heads, [
      'create at +0.00 ms (2026-01-01T00:00:00.000Z): 30 ms',
      'start at +2.5 s (2026-01-01T00:00:02.500Z): 1.5 s so far',
    ]);
  });
});
