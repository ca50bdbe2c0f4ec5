import type { Segment } from './formats/format.ts';

/**
 * Parses a path into segments: `plugins[0].options.entries`, `registries.mirrors["docker.io"]`, or a JSON pointer (RFC
 * 6901) such as `/plugins/0/options`.
 */
export function parsePath(path: string): Segment[] {
  return path.startsWith('/') ? parsePointer(path) : parseDotted(path);
}

function parsePointer(path: string): Segment[] {
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** One step: `[0]`, `["quoted key"]`, or a key up to the next dot or bracket. */
const step = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g;

function parseDotted(path: string): Segment[] {
  return [...path.matchAll(step)].map(([, index, quoted, key]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (key ?? '') : (JSON.parse(quoted) as string);
  });
}

/** Formats a path, the inverse of `parsePath`. Keys with special characters are quoted. */
export function formatPath(segments: readonly Segment[]): string {
  return segments.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    if (!/^[\w-]+$/.test(segment)) return `${text}[${JSON.stringify(segment)}]`;
    return text === '' ? segment : `${text}.${segment}`;
  }, '');
}
