import type { ShadowDifferenceWire, ShadowReportWire } from '../../client/index.ts';
import { milliseconds } from '../output/milliseconds.ts';
import { printable } from '../output/printable.ts';
import { shownValue } from '../output/shownValue.ts';

/** A shadow beside what serves: the figures, and its last differences. */
export function shadowLines(shadow: ShadowReportWire): string[] {
  const { calls, same, differing, failed, dropped, leftOut, differences } = shadow;
  return [
    `${labelOf(shadow)} (${shadow.source}) beside ${servingOf(shadow)}, since ${shadow.since}`,
    ...(shadow.error === undefined ? [] : [`  cannot be loaded: ${printable(shadow.error)}`]),
    `  ${calls} plans: ${same} same, ${differing} differing, ${failed} failed; not compared: ${dropped} dropped, ${leftOut} left out`,
    ...timesOf(shadow),
    ...differences.flatMap(differenceLines),
  ];
}

function labelOf({ name, version }: Pick<ShadowReportWire, 'name' | 'version'>): string {
  return printable(version === undefined ? name : `${name} ${version}`);
}

function servingOf({ name, serving }: ShadowReportWire): string {
  if (!serving) return 'no plugin';
  const { source, version } = serving;
  return `${labelOf({ name, ...(version !== undefined && { version }) })} (${source})`;
}

function timesOf({ p50Ms, p99Ms, servingP50Ms, servingP99Ms }: ShadowReportWire): string[] {
  if (p50Ms === undefined) return [];
  const own = `  p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}`;
  if (servingP50Ms === undefined) return [own];
  return [`${own}; what serves: p50 ${milliseconds(servingP50Ms)}, p99 ${milliseconds(servingP99Ms)}`];
}

function differenceLines({
  time,
  container,
  hook,
  fields,
  moreFields,
  error,
}: ShadowDifferenceWire): string[] {
  return [
    `  ${time} ${printable(container)} (${hook})`,
    ...(error
      ? [`    - ${printable(error.from ?? '(no error)')}`, `    + ${printable(error.to ?? '(no error)')}`]
      : []),
    ...fields.flatMap(({ field, from, to }) => [
      `    ${printable(field)}`,
      `      - ${shownValue(from)}`,
      `      + ${shownValue(to)}`,
    ]),
    ...(moreFields > 0 ? [`    and ${moreFields} more fields`] : []),
  ];
}
