import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { mountsBelow } from '../lib/mounts.ts';
import { hostState, processesOf } from './hostState.ts';
import { OwnNames } from './OwnNames.ts';

/** Short, as it is part of paths of Unix sockets (at most 107 bytes). */
const prefix = join(tmpdir(), 'pt-');

/**
 * Milliseconds. Resources that disappear shortly after are not leaks: processes that are ending, cgroups that the
 * kernel removes.
 */
const settleWithinMs = 10_000;

/**
 * Runs tests in a new temporary directory (as TMPDIR) and returns their leftovers on the host, one line each. Ends
 * leftover processes and mounts, so that the next run starts clean.
 */
export async function findLeaks(
  run: (workDir: string) => Promise<void>,
  settleMs = settleWithinMs,
): Promise<string[]> {
  const workDir = mkdtempSync(prefix);
  // Users in the user namespace of a container need to traverse it.
  chmodSync(workDir, 0o711);
  const names = new OwnNames(workDir);
  try {
    const before = rightsOf('/dev/null');
    await run(workDir);
    await names.upToNow();
    const left = await leftoversIn(workDir, names, settleMs);
    // A runtime may change its owner to a container's user. As it has no name of the tests, any change is reported.
    const after = rightsOf('/dev/null');
    return after === before ? left : [...left, `${after}, which was ${before}`];
  } finally {
    names.close();
    await clear(workDir, names);
  }
}

async function leftoversIn(workDir: string, names: OwnNames, settleMs: number): Promise<string[]> {
  let left: string[] = [];
  const isClean = async () => (left = await hostState(workDir, names)).length === 0;
  await waitUntil(isClean, { withinMs: settleMs, everyMs: 500 });
  return left;
}

function rightsOf(path: string): string {
  const { uid, gid, mode } = statSync(path);
  return `owner ${uid}:${gid} and mode ${(mode & 0o7777).toString(8)} of ${path}`;
}

async function clear(workDir: string, names: OwnNames): Promise<void> {
  const end = () => {
    const processes = processesOf(workDir, names);
    for (const { pid } of processes) endProcess(pid);
    return processes.length === 0;
  };
  await waitUntil(end, { withinMs: 5_000 });
  for (const path of mountsBelow(workDir)) await execa('umount', ['--lazy', path], { reject: false });
  // A remaining mount may be one of the host's directories.
  if (mountsBelow(workDir).length === 0) rmSync(workDir, { recursive: true, force: true });
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
