import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two checks of a killed process. */
const dyingMs = 5;

/**
 * Kills CNI plugins that still attach a container, and the plugins they started. They outlive a killed daemon, and
 * would take an address after the undo has released it.
 */
export async function endCutOff(
  container: string,
  binDirs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const folders = await Promise.all(binDirs.map((path) => realpath(path).catch(() => path)));
  const look = () => attaching(container, folders);
  for (let pids = await look(); pids.length > 0; pids = await look()) {
    for (const pid of pids) kill(pid);
    await delay(dyingMs, undefined, { signal });
  }
}

async function attaching(container: string, folders: readonly string[]): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => (await isAttaching(pid, container)) && (await isPlugin(pid, folders))),
  );
  return pids.filter((_, n) => found[n]).map(Number);
}

/** Recognizes plugins by their environment: CNI spec, section 2. */
async function isAttaching(pid: string, container: string): Promise<boolean> {
  const variables = (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0');
  return variables.includes('CNI_COMMAND=ADD') && variables.includes(`CNI_CONTAINERID=${container}`);
}

/** A container's process may set the same variables. */
async function isPlugin(pid: string, folders: readonly string[]): Promise<boolean> {
  return folders.includes(dirname(await readlink(`/proc/${pid}/exe`).catch(() => '')));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has exited.
  }
}
