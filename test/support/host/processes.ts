import { list, read } from './files.ts';

export interface HostProcess {
  pid: number;
  /** What it is, without what differs from run to run. */
  role: string;
}

/** Processes of one daemon: by their arguments, which name its directory, or by their cgroup. */
export function processesOf(
  { dir, cgroupParent }: { dir: string; cgroupParent: string },
  { fileWorkers = false } = {},
): HostProcess[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const role = roleOf(pid, dir, cgroupParent);
      // Idle ones come and go with the daemon's work, and end with it.
      if (role === 'file worker' && !fileWorkers) return [];
      return role === undefined ? [] : [{ pid: Number(pid), role }];
    });
}

function roleOf(pid: string, dir: string, cgroupParent: string): string | undefined {
  const command = read(`/proc/${pid}/cmdline`).split('\0');
  const id = cgroupIn(read(`/proc/${pid}/cgroup`), cgroupParent);
  if (id !== undefined) return `process in the cgroup of ${id}: ${command.join(' ').trim()}`;
  if (!command.some((argument) => argument.includes(dir))) return undefined;
  const shim = command.indexOf('-id');
  if (shim > 0) return `shim of ${command[shim + 1]}`;
  const known = ['pouch-logkeeper', 'pouch-dns', 'pouch-proxy', 'pouchd', 'containerd'].find((name) =>
    command.slice(0, 12).some((argument) => argument.split('/').at(-1)?.replace(/\.js$/, '') === name),
  );
  if (command[0]?.endsWith('/pouch-files')) return isStuck(pid) ? 'stuck file worker' : 'file worker';
  return known ?? `process ${command.join(' ').trim()}`;
}

/** In state D: it waits for a file system. */
function isStuck(pid: string): boolean {
  return /^State:\s+D/m.test(read(`/proc/${pid}/status`));
}

function cgroupIn(text: string, parent: string): string | undefined {
  const path = text.split('\n').find((line) => line.includes(`:${parent}/`));
  return path?.slice(path.indexOf(`:${parent}/`) + parent.length + 2).split('/')[0];
}
