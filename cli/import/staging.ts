import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** A directory for the copy of a host, or files of a VM. Only its owner can enter it: a copy may have setuid files. */
export interface Staging {
  path: string;
  /** Removes a temporary one. */
  remove(): Promise<void>;
}

const prefix = 'pouch-import-';

/**
 * Returns the user's directory, which stays, or a temporary one, which also a signal removes.
 * @param end - ends what writes to it, if a signal does not reach that
 */
export async function openStaging(named: string | undefined, end?: () => Promise<void>): Promise<Staging> {
  if (named !== undefined) {
    await mkdir(named, { recursive: true, mode: 0o700 });
    return { path: named, remove: () => Promise.resolve() };
  }
  const parent = process.env['TMPDIR'] ?? '/var/tmp';
  await removeLeftovers(parent);
  const path = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  const forget = removeOnSignal(path, end);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      forget();
    },
  };
}

/** Removes the directories of processes that were killed. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^pouch-import-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Signals reach rsync too, as it is in the same process group; what it writes afterwards is removed with the rest. */
function removeOnSignal(path: string, end?: () => Promise<void>): () => void {
  let isLeaving = false;
  const handlers = Object.entries(signals).map(([signal, exitCode]) => {
    const leave = () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
      process.exit(exitCode);
    };
    const handler = () => {
      if (isLeaving) return;
      isLeaving = true;
      if (end === undefined) leave();
      else void end().finally(leave);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => handlers.forEach((off) => off());
}
