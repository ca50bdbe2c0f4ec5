/** The mount that a path is on, with its optional fields (proc_pid_mountinfo(5)): the deepest, of those the last. */
export function mountOf(path: string, mountinfo: string): { point: string; tags: string[] } | undefined {
  const all = mountinfo.split('\n').filter(Boolean).map(parseLine);
  const above = all.filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`));
  return above.reduce<(typeof all)[number] | undefined>(
    (best, mount) => (best && best.point.length > mount.point.length ? best : mount),
    undefined,
  );
}

function parseLine(line: string): { point: string; tags: string[] } {
  const fields = line.split(' ');
  const point = (fields[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return { point, tags: fields.slice(6, fields.indexOf('-')) };
}
