import type { HookGraphWire } from '../../../client/index.ts';
import { alignColumns } from '../../output/table.ts';

/** Each hook point with its taps, one per line, in the order in which they are called. */
export function textGraph(hooks: readonly HookGraphWire[]): string[] {
  const blocks = hooks.map(({ hook, kind, taps }) => [
    `${hook} (${kind})`,
    ...alignColumns(
      taps.map((tap, index) => [`${index + 1}`.padStart(3), tap.phase, tap.label, wishesOf(tap)]),
    ),
  ]);
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
}

/** `after network-cni; overrides corp-hosts; when rich: true; at /etc/pouch/pouchd.yaml:7`. */
function wishesOf({ before, after, overrides, when, origin }: HookGraphWire['taps'][number]): string {
  const wishes = Object.entries({ before, after, overrides })
    .filter(([, names]) => names.length > 0)
    .map(([wish, names]) => `${wish} ${names.join(', ')}`);
  const conditions = when === undefined ? [] : [`when ${when}`];
  return [...wishes, ...conditions, ...(origin === undefined ? [] : [`at ${origin}`])].join('; ');
}
