/**
 * The container's cgroup. The runtime makes it; what a killed runtime, or an init that made groups of its own, leaves
 * behind is removed here.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endScope, isScope } from './systemdScope.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { killProcess } from '../../supervise/killProcess.ts';

/** A killed process leaves its cgroup in milliseconds, unless the kernel holds it. */
const clearWithinMs = 10_000;
const retryMs = 20;

export function cgroupEffect(): EffectKind<{ path: string }, undefined> {
  return {
    kind: 'cgroup',
    volatile: true,
    describe: ({ path }) => `claim the cgroup ${path}`,
    apply: async () => undefined,
    undo: ({ path }) => clearCgroup(path),
  };
}

/** Ends what is in a cgroup, and removes it in every hierarchy. */
export async function clearCgroup(path: string): Promise<void> {
  const left = (await cgroupRoots())
    .map((root) => join(root, path))
    .filter((directory) => existsSync(directory));
  if (left.length > 0 && isScope(path)) await endScope(path);
  await Promise.all(left.map((directory) => clear(directory)));
}

/** Mount points of every cgroup hierarchy, v1 and v2 (proc_pid_mounts(5)). */
let known: Promise<string[]> | undefined;
export function cgroupRoots(): Promise<string[]> {
  known ??= readFile('/proc/self/mounts', 'utf8').then((text) =>
    text
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
      .map(([, path = '']) => path),
  );
  return known;
}

/**
 * Removes a container's cgroup. Its task is gone by now, so what is in it is stray, such as a runtime that was making
 * the container when the daemon was killed: it is ended.
 */
async function clear(path: string): Promise<void> {
  const deadline = performance.now() + clearWithinMs;
  for (;;) {
    const busy = await removeTree(path).then(() => undefined, ifBusy);
    if (!busy) return;
    if (performance.now() > deadline) throw busy;
    await endAll(path);
    await delay(retryMs);
  }
}

async function endAll(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await endAll(join(path, entry.name));
  const pids = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of pids.split('\n').filter(Boolean)) killProcess(Number(pid));
}

function ifBusy(error: NodeJS.ErrnoException): Error {
  if (error.code === 'EBUSY') return error;
  throw error;
}

/** cgroups go by rmdir, children first; their files are not files. Mostly the runtime has removed it already. */
async function removeTree(path: string): Promise<void> {
  const failure = await removeOne(path);
  if (failure?.code !== 'EBUSY' && failure?.code !== 'ENOTEMPTY') return;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  const left = await removeOne(path);
  if (left) throw left;
}

/** Returns why it still exists, if it does. */
async function removeOne(path: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await rmdir(path);
    return undefined;
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    return failure.code === 'ENOENT' ? undefined : failure;
  }
}
