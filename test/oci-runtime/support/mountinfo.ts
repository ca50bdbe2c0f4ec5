/** A mount in proc_pid_mountinfo(5). */
export interface MountInfo {
  /** Options of the file system. */
  root: string;
  path: string;
  options: string[];
  /** `shared:N`, `master:N`, `unbindable`; empty if it is private. */
  propagation: string[];
  type: string;
  superOptions: string[];
}

/** Parses the mountinfo that a container's process has printed. */
export function parseMountinfo(text: string): MountInfo[] {
  return text
    .split('\n')
    .filter((line) => line.includes(' - '))
    .map(parseLine);
}

/** Returns the topmost mount at a path. */
export function mountAt(text: string, path: string): MountInfo {
  const mount = parseMountinfo(text).findLast((candidate) => candidate.path === path);
  if (!mount) throw new Error(`no mount at ${path}:\n${text}`);
  return mount;
}

function parseLine(line: string): MountInfo {
  const [left = '', right = ''] = line.split(' - ');
  const [, , , root = '', path = '', options = '', ...propagation] = left.split(' ');
  const [type = '', , superOptions = ''] = right.split(' ');
  return {
    root,
    path,
    options: options.split(','),
    propagation,
    type,
    superOptions: superOptions.split(','),
  };
}
