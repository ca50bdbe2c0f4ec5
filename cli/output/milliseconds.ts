/** Three digits: `0.045ms`, `12.3ms`, `1234ms`; empty for undefined. */
export function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return '';
  return ms >= 100 ? `${Math.round(ms)}ms` : `${Number(ms.toPrecision(3))}ms`;
}
