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

interface Mount {
  point: string;
  tags: string[];
}

function parseMountinfo(text: string): Mount[] {
  return text.split('\n').filter(Boolean).map(parseLine);
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
  const point = (fields[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return { point, tags: fields.slice(6, fields.indexOf('-')) };
}
