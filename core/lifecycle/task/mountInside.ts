/** Mounts in a container that no runtime makes: its boot id, and the late ones of its draft. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { ownFilePath } from '../../contract/ownFiles.ts';
import type { FileOwner } from '../../files/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** random(4): the kernel makes it at its boot, and systemd takes it for that of its journal. */
const bootIdPath = '/proc/sys/kernel/random/boot_id';

/** Mounts all, before the init runs. What cannot be mounted is left out: the container has the host's there. */
export async function mountInside(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
): Promise<void> {
  const mounts = [...lateMounts(record), ...(await bootId(record))];
  await mounted(engine, record, owner, { mounts, again: false });
}

/** Mounts the late ones again, in place of those that have become stale. */
export async function mountAgain(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
): Promise<void> {
  await mounted(engine, record, owner, { mounts: lateMounts(record), again: true });
}

async function mounted(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
  wanted: Parameters<EngineContext['files']['mountInside']>[1],
): Promise<void> {
  if (wanted.mounts.length === 0) return;
  const problems = await engine.files
    .mountInside(owner, wanted)
    .catch((error: unknown) => [messageOf(error)]);
  for (const problem of problems)
    engine.log.warn(`not mounted in the container: ${problem}`, { container: record.id });
}

function lateMounts({ draft }: ContainerRecord): { source: string; target: string }[] {
  return Object.entries(draft.mounts)
    .filter(([, { options }]) => options.includes('late'))
    .map(([target, { source }]) => ({ source, target }));
}

/** A rich container has booted when it starts; in the host's pid namespace it is not apart from the host. */
async function bootId({ draft, paths }: ContainerRecord): Promise<{ source: string; target: string }[]> {
  if (!draft.rich.enabled || draft.namespaces.pid !== '') return [];
  const source = ownFilePath(paths.directory, bootIdPath);
  await mkdir(dirname(source), { recursive: true, mode: 0o700 });
  // The file of the last start may still be mounted somewhere: its content does not change.
  await rm(source, { force: true });
  await writeFile(source, `${randomUUID()}\n`, { flush: false });
  await chmod(source, 0o444);
  return [{ source, target: bootIdPath }];
}
