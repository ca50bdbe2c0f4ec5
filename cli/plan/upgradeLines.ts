import type { UpgradeWire } from '../../client/index.ts';
import { shownValue } from '../output/shownValue.ts';

/** What an upgrade has changed, or would change. */
export function upgradeLines({ name, outcome, from, to, changes, kept, restarted }: UpgradeWire): string[] {
  const isDone = outcome === 'upgraded';
  const what = isDone
    ? `${name}: upgraded${restarted ? ' and restarted' : ''}`
    : `${name}: would be upgraded`;
  return [
    what,
    '  image',
    `    - ${from.reference} (${shortId(from.id)})`,
    `    + ${to.reference} (${shortId(to.id)})`,
    ...changes.flatMap(({ field, from: old, to: now, plugin, hook }) => [
      `  ${field}${plugin === undefined ? '' : `   (${plugin}, ${hook ?? ''})`}`,
      `    - ${shownValue(old)}`,
      `    + ${shownValue(now)}`,
    ]),
    ...kept.map((path) => (isDone ? `  kept ${path}` : `  would keep ${path}`)),
  ];
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
