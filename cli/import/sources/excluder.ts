/** Returns whether a path is left out by the patterns, by the rules of rsync and GNU tar. */
export function excluder(patterns: readonly string[]): (path: string) => boolean {
  const all = patterns.map(patternOf);
  return (path) => all.some((pattern) => pattern.test(path));
}

/** A slash at the beginning means the root; `*` and `?` match no slash. */
function patternOf(pattern: string): RegExp {
  const body = pattern
    .replace(/^\/|\/$/g, '')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return new RegExp(`${pattern.startsWith('/') ? '^/' : '/'}${body}$`);
}
