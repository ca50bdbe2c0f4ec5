/**
 * Paths of fields in a draft, in the written form of BlameEntry.field: `process.env.HOME`, `mounts["/run"].options`.
 */

const bare = /^[A-Za-z_$][\w$-]*$/;

/** `['mounts', '/run']` → `mounts["/run"]`. */
export function formatPath(segments: readonly string[]): string {
  return segments.reduce((path, segment) => path + formatSegment(segment, path === ''), '');
}

function formatSegment(segment: string, first: boolean): string {
  if (!bare.test(segment)) return `[${JSON.stringify(segment)}]`;
  return first ? segment : `.${segment}`;
}

/** Whether a written path is `parent` or lies below it. */
export function isWithin(path: string, parent: string): boolean {
  if (!path.startsWith(parent)) return false;
  const next = path[parent.length];
  return next === undefined || next === '.' || next === '[';
}

const segment = /\["((?:[^"\\]|\\.)*)"\]|\.?([^.[\]]+)/g;

/** The inverse of `formatPath`. */
export function parsePath(path: string): string[] {
  return [...path.matchAll(segment)].map(([, quoted, name = '']) =>
    quoted === undefined ? name : (JSON.parse(`"${quoted}"`) as string),
  );
}
