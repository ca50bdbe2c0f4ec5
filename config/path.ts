import type { Segment } from './formats/format.ts';

/** `plugins[0].options.entries` as segments; a JSON pointer (`/plugins/0/options`) is taken too. */
export function parsePath(path: string): Segment[] {
  if (path.startsWith('/')) return path.slice(1).split('/').map(unescapePointer).map(indexOrKey);
  return path
    .split(/\.|\[(\d+)\]/)
    .filter((part) => part !== undefined && part !== '')
    .map(indexOrKey);
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function indexOrKey(part: string): Segment {
  return /^\d+$/.test(part) ? Number(part) : part;
}

/** The written form of a path: `plugins[0].options.entries`. A key with dots is quoted: `images.mirrors["docker.io"]`. */
export function formatPath(segments: readonly Segment[]): string {
  return segments.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    if (!/^[\w-]+$/.test(segment)) return `${text}[${JSON.stringify(segment)}]`;
    return text === '' ? segment : `${text}.${segment}`;
  }, '');
}
