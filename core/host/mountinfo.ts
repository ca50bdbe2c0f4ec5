import { readFileSync } from 'node:fs';

/** The mounts that this process sees (proc_pid_mountinfo(5)). */
export function readMountinfo(): string {
  return readFileSync('/proc/self/mountinfo', 'utf8');
}

/**
 * Returns the mount of a path with its optional fields (proc_pid_mountinfo(5)): the deepest, and of several the last.
 */
export function mountOf(path: string, mountinfo: string): Mount | undefined {
  return deepestAbove(path, parseMountinfo(mountinfo));
}

/** The points of the mounts that paths are on, each once. */
export function mountPointsOf(paths: readonly string[], mountinfo: string): string[] {
  const all = parseMountinfo(mountinfo);
  return [...new Set(paths.map((path) => deepestAbove(path, all)?.point ?? '/'))];
}

/** The mount that covers a directory, which is its mount point; undefined if nothing is mounted on it. */
export function mountOn(point: string, mountinfo: string): Mount | undefined {
  return parseMountinfo(mountinfo).findLast((mount) => mount.point === point);
}

/** The mount that a path is on, and those below the path: what a recursive bind mount of it has. */
export function mountsOf(path: string, mountinfo: string): Mount[] {
  const all = parseMountinfo(mountinfo);
  const above = deepestAbove(path, all);
  const base = path === '/' ? '' : path;
  const below = all.filter(({ point }) => point !== path && point !== '/' && point.startsWith(`${base}/`));
  return above ? [above, ...below] : below;
}

/** The points of the mounts on a directory and below it, in the order in which they were mounted. */
export function mountsBelow(directory: string, mountinfo: string): string[] {
  const points = parseMountinfo(mountinfo).map(({ point }) => point);
  return points.filter((point) => point === directory || point.startsWith(`${directory}/`));
}

/** Whether the mount with an id is on a directory or file itself, and not above it. */
export function isMountId(id: string, point: string, mountinfo: string): boolean {
  const line = mountinfo.split('\n').find((text) => text.startsWith(`${id} `));
  return line !== undefined && parseLine(line).point === point;
}

export interface Mount {
  point: string;
  tags: string[];
  /** `MAJOR:MINOR`. */
  device: string;
  /** The directory of the file system that is mounted: `/` unless it is a bind mount. */
  root: string;
  /** Of this mount, not of its file system: `ro`, `nosuid`. */
  options: string[];
  type: string;
  source: string;
}

/** The last text and its mounts: many paths are looked up in one text, and the mounts of a host seldom change. */
let parsed: { text: string; mounts: readonly Mount[] } = { text: '', mounts: [] };

function parseMountinfo(text: string): readonly Mount[] {
  if (text !== parsed.text) parsed = { text, mounts: text.split('\n').filter(Boolean).map(parseLine) };
  return parsed.mounts;
}

function deepestAbove(path: string, all: readonly Mount[]): Mount | undefined {
  const above = all.filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`));
  return above.reduce<Mount | undefined>(
    (best, mount) => (best && best.point.length > mount.point.length ? best : mount),
    undefined,
  );
}

function parseLine(line: string): Mount {
  const fields = line.split(' ');
  const end = fields.indexOf('-');
  const [type = '', source = ''] = fields.slice(end + 1).map(unescaped);
  const [device = '', root = '', point = ''] = fields.slice(2, 5).map(unescaped);
  const options = (fields[5] ?? '').split(',');
  return { point, tags: fields.slice(6, end), device, root, options, type, source };
}

/** Spaces and backslashes are written as octal numbers. */
function unescaped(field: string): string {
  return field.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
