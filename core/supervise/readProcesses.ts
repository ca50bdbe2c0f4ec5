import { readdir, readFile } from 'node:fs/promises';
import { isGone } from './processIdentity.ts';

/** Each file takes a descriptor while it is read, and a host has many processes. */
const atATime = 8;

/**
 * One file of /proc/PID of every process, by pid; empty for a process that ends meanwhile.
 * @throws the system's error if one cannot be read, such as EMFILE
 */
export async function readProcesses(file: 'cmdline' | 'stat'): Promise<Map<number, string>> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const texts = new Map<number, string>();
  const left = pids[Symbol.iterator]();
  const readOn = async () => {
    for (const pid of left) texts.set(pid, await read(`/proc/${pid}/${file}`));
  };
  await Promise.all(Array.from({ length: atATime }, readOn));
  return texts;
}

async function read(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    if (isGone(error)) return '';
    throw error;
  });
}
