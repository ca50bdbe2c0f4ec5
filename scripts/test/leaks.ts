import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/supervise/wait-until.ts';
import { mountsBelow } from '../lib/mounts.ts';
import { hostState, processesOf } from './hostState.ts';

/** Short, for it becomes part of the paths of unix sockets (at most 107 bytes). */
const prefix = join(tmpdir(), 'pt-');

/** What is gone by itself a moment later is no leak: a process that is ending, a cgroup that the kernel clears. */
const settleMs = 10_000;

/**
 * Runs tests in a temporary directory of their own (as TMPDIR) and answers what they have left on the host, each as a
 * line. Ends the processes and mounts that are left in it, so that the next run starts clean.
 */
export async function findLeaks(run: (workDir: string) => Promise<void>): Promise<string[]> {
  const workDir = mkdtempSync(prefix);
  // Users of a container's own namespace pass through it.
  chmodSync(workDir, 0o711);
  try {
    const before = await hostState(workDir);
    await run(workDir);
    return await leftSince(before, workDir);
  } finally {
    await clear(workDir);
  }
}

async function leftSince(before: ReadonlySet<string>, workDir: string): Promise<string[]> {
  let left: string[] = [];
  const isClean = async () => {
    left = [...(await hostState(workDir))].filter((line) => !before.has(line));
    return left.length === 0;
  };
  await waitUntil(isClean, { withinMs: settleMs, everyMs: 500 });
  return left;
}

async function clear(workDir: string): Promise<void> {
  for (const { pid } of processesOf(workDir)) endProcess(pid);
  await waitUntil(() => processesOf(workDir).length === 0, { withinMs: 5_000 });
  for (const path of mountsBelow(workDir)) await execa('umount', ['--lazy', path], { reject: false });
  // What is mounted there still may be the host's own.
  if (mountsBelow(workDir).length === 0) rmSync(workDir, { recursive: true, force: true });
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
