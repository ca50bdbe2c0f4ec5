import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = '/sys/fs/cgroup';

/** Content of a file of a process's cgroup, by its name in the hierarchy of a v1 controller and in v2. */
export function cgroupFile(pid: number, controller: string, v1: string, v2: string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const line = lines.find((each) => each.split(':')[1]?.split(',').includes(controller));
  if (line) return read(join(root, controller, line.split(':')[2] ?? '', v1));
  const unified = lines.find((each) => each.startsWith('0::'))?.slice(3) ?? '';
  return read(join(root, unified, v2));
}

function read(path: string): string {
  return readFileSync(path, 'utf8').trim();
}
