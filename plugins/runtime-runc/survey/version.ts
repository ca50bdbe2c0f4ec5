/** Whether a version such as `1.1.5+ds1` is at least another; missing parts are 0. */
export function isAtLeast(version: string, least: string): boolean {
  const [own, other] = [parts(version), parts(least)];
  const at = other.findIndex((part, index) => (own[index] ?? 0) !== part);
  return at < 0 || (own[at] ?? 0) > other[at]!;
}

function parts(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
