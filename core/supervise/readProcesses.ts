import { readdir, readFile } from 'node:fs/promises';
import { isGone } from './processIdentity.ts';

/** Files that are read at a time: each needs a descriptor, and a host has many processes. */
const atATime = 8;

/**
 * Reads a file of /proc/PID of every process. Returns the texts by pid; empty for a process that has ended meanwhile.
 * @throws the system's error if one cannot be read, such as EMFILE
 */
export async function readProcesses(file: 'cmdline' | 'stat'): Promise<Map<number, string>> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const texts = new Map<number, string>();
  const remaining = pids[Symbol.iterator]();
  const readNext = async () => {
    for (const pid of remaining) texts.set(pid, await read(`/proc/${pid}/${file}`));
  };
  await Promise.all(Array.from({ length: atATime }, readNext));
  return texts;
}

async function read(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    if (isGone(error)) return '';
    throw error;
  });
}
