/**
 * The directory through which host and VM share files. Every version of kata has one per sandbox, with bind mounts in
 * it: 1.x directly, 2.x below `mounts`, `shared` and `private`, runtime-rs below `rw` and `ro`. A failed create may
 * leave them (kata-containers/runtime issue 2816), and the next VM of that name then sees the files of the failed
 * one.
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
/** Time limit of umount(8) in milliseconds. */
const umountDeadline = 10_000;

export function sharedFolder({ id }: ContainerDraft): Record<string, Effect> {
  return { 'kata.shared': { kind, stage: 'start', args: { id } } };
}

/** Kata creates and removes the directory; this effect removes leftovers before the VM is created and after its end. */
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

/** @throws PCH_RUNTIME_FAILED while anything is still mounted there: its files would be removed with the directory */
async function clear(folder: string): Promise<void> {
  for (const path of (await mountsBelow(folder)).reverse()) await unmount(path);
  const left = (await mountsBelow(folder))[0];
  if (left !== undefined) throw stillMounted(folder, `${left} is still mounted`);
  await rm(folder, { recursive: true, force: true });
}

/** Returns mount points in the order of mounting, once per mount (proc_pid_mountinfo(5)). */
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
  return new PouchError('PCH_RUNTIME_FAILED', `cannot remove kata’s leftovers in ${path}: ${reason}`, {
    hint: `run umount -l ${path}, then retry`,
  });
}
