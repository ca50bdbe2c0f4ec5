import type { PlanChangeWire, ReconciliationWire } from '../../client/index.ts';
import { shownValue } from '../output/shownValue.ts';

/** What a reconcile has changed, field by field, and what it still lacks. */
export function reconciliationLines(done: ReconciliationWire): string[] {
  const isPartly = done.outcome === 'partly';
  return [
    `${done.name}: ${sentenceOf(done)}`,
    ...done.changes.flatMap((change) => changeLines(change, isPartly)),
    ...done.degraded.map(({ plugin, hook, message }) => `  without plugin ${plugin} (${hook}): ${message}`),
    ...(isPartly ? [`  stop it, or use --restart, and reconcile again`] : []),
  ];
}

function sentenceOf({ outcome, changes, degraded, restarted }: ReconciliationWire): string {
  switch (outcome) {
    case 'sound':
      return 'lacks nothing';
    case 'missing':
      return 'unchanged, a plugin is still missing';
    case 'planned':
      return `would change ${fields(changes.length)}`;
    case 'partly':
      return 'changed where it can be while it runs';
    case 'applied': {
      const how = restarted ? ', restarted' : '';
      return `${fields(changes.length)} changed${how}${degraded.length > 0 ? '' : '; lacks nothing'}`;
    }
  }
}

function fields(count: number): string {
  return count === 1 ? '1 field' : `${count} fields`;
}

const notes = { now: '', start: 'needs it stopped', recreate: 'needs a new container' } as const;

/** @param isPartly what needs a stop has not changed */
function changeLines(
  { field, plugin, hook, from, to, applies }: PlanChangeWire,
  isPartly: boolean,
): string[] {
  const author = plugin === undefined ? '' : `${plugin}, ${hook ?? ''}`;
  const note = notes[applies];
  const about = [author, isPartly && note ? `${note}: not changed` : note].filter(Boolean).join('; ');
  return [`  ${field}${about && `   (${about})`}`, `    - ${shownValue(from)}`, `    + ${shownValue(to)}`];
}
