/** Mounts in a container that no runtime makes: its boot id, and the late ones of its draft. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { isAlive } from '../../supervise/index.ts';
import { ownFilePath } from '../../contract/ownFiles.ts';
import type { FileOwner } from '../../files/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** random(4): the kernel makes it at its boot, and systemd takes it for that of its journal. */
const bootIdPath = '/proc/sys/kernel/random/boot_id';

interface Wanted {
  source: string;
  target: string;
}

/** Mounts all, before the init runs. What cannot be mounted is left out: the container has the host's there. */
export async function mountInside(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
): Promise<void> {
  await writeBootId(record);
  await change(engine, record, owner, { unmount: [], mounts: allMounts(record) });
}

/** Mounts the late ones again, in place of those that have become stale. */
export async function mountAgain(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
): Promise<void> {
  const mounts = lateMounts(record);
  await change(engine, record, owner, { unmount: mounts.map(({ target }) => target), mounts });
}

/** Mounts all in a container that was restored: it has its boot id from before. */
export async function mountRestored(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const init = engine.inits.get(record.id);
  if (init)
    await change(engine, record, { name: record.name, init }, { unmount: [], mounts: allMounts(record) });
}

/**
 * Runs something without these mounts, which criu does not know. They are back if the container still runs.
 */
export async function withoutMounts(
  engine: EngineContext,
  record: ContainerRecord,
  run: () => Promise<void>,
): Promise<void> {
  const init = engine.inits.get(record.id);
  const unmount = allMounts(record).map(({ target }) => target);
  if (init) await change(engine, record, { name: record.name, init }, { unmount, mounts: [] });
  try {
    await run();
  } finally {
    if (init && isAlive(init)) await mountRestored(engine, record);
  }
}

async function change(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
  wanted: { unmount: readonly string[]; mounts: readonly Wanted[] },
): Promise<void> {
  if (wanted.mounts.length + wanted.unmount.length === 0) return;
  const problems = await engine.files
    .mountInside(owner, wanted)
    .catch((error: unknown) => [messageOf(error)]);
  for (const problem of problems)
    engine.log.warn(`not mounted in the container: ${problem}`, { container: record.id });
}

function allMounts(record: ContainerRecord): Wanted[] {
  const own = hasBootId(record) ? [{ source: bootIdOf(record), target: bootIdPath }] : [];
  return [...lateMounts(record), ...own];
}

function lateMounts({ draft }: ContainerRecord): Wanted[] {
  return Object.entries(draft.mounts)
    .filter(([, { options }]) => options.includes('late'))
    .map(([target, { source }]) => ({ source, target }));
}

/** A rich container has booted when it starts; in the host's pid namespace it is not apart from the host. */
function hasBootId({ draft }: ContainerRecord): boolean {
  return draft.rich.enabled && draft.namespaces.pid === '';
}

function bootIdOf({ paths }: ContainerRecord): string {
  return ownFilePath(paths.directory, bootIdPath);
}

async function writeBootId(record: ContainerRecord): Promise<void> {
  if (!hasBootId(record)) return;
  const path = bootIdOf(record);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // The file of the last start may still be mounted somewhere: its content does not change.
  await rm(path, { force: true });
  await writeFile(path, `${randomUUID()}\n`, { flush: false });
  await chmod(path, 0o444);
}
