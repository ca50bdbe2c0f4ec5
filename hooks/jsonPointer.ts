/** Returns the JSON pointer (RFC 6901) of a path: `/containers/web`. */
export function jsonPointer(...path: readonly string[]): string {
  return path.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
