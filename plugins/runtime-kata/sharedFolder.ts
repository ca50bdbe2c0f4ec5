/**
 * The folder through which host and machine share files. Kata of every version keeps it per sandbox, and makes bind
 * mounts in it: 1.x directly, 2.x below `mounts`, `shared` and `private`, runtime-rs below `rw` and `ro`. A create that
 * fails may leave them (kata-containers/runtime issue 2816), and the next machine of that name then sees the files of the
 * failed one.
 */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type ContainerDraft,
  type Effect,
  type EffectKind,
  messageOf,
  PouchError,
} from '../../hooks/index.ts';

/** kata, virtcontainers/kata_agent.go: defaultKataHostSharedDir. */
const sandboxes = '/run/kata-containers/shared/sandboxes';
const kind = 'kata-shared-folder';
/** Milliseconds that umount(8) may take. */
const umountDeadline = 10_000;

export function sharedFolder({ id }: ContainerDraft): Record<string, Effect> {
  return { 'kata.shared': { kind, stage: 'start', args: { id } } };
}

/** Kata makes and removes the folder; what it leaves there is removed before the machine is made and after its end. */
export function sharedFolderEffect(): EffectKind<{ id: string }, undefined> {
  return {
    kind,
    volatile: true,
    describe: ({ id }) => `claim ${join(sandboxes, id)}`,
    async apply({ id }) {
      await clear(join(sandboxes, id));
      return undefined;
    },
    undo: ({ id }) => clear(join(sandboxes, id)),
  };
}

/** @throws PCH_RUNTIME_FAILED while anything is still mounted there: its files would be removed with the folder */
async function clear(folder: string): Promise<void> {
  for (const path of (await mountsBelow(folder)).reverse()) await unmount(path);
  const left = (await mountsBelow(folder))[0];
  if (left !== undefined) throw stillMounted(folder, `${left} is still mounted`);
  await rm(folder, { recursive: true, force: true });
}

/** Mount points in the order in which they were mounted, each as often as it is mounted on (proc_pid_mountinfo(5)). */
async function mountsBelow(folder: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.map((line) => unescape(line.split(' ')[4] ?? '')).filter((path) => isBelow(path, folder));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

async function unmount(path: string): Promise<void> {
  const args = ['--lazy', '--no-canonicalize', path];
  await promisify(execFile)('umount', args, { timeout: umountDeadline }).catch((error: unknown) => {
    throw stillMounted(path, messageOf(error));
  });
}

function stillMounted(path: string, reason: string): PouchError {
  return new PouchError('PCH_RUNTIME_FAILED', `cannot remove what kata has left in ${path}: ${reason}`, {
    hint: `umount -l ${path}, then try again`,
  });
}
