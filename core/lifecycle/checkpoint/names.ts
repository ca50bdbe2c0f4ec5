import type { ContainerRecord } from '../../../hooks/engine.ts';
import { checkpointPrefix } from '../../../hooks/draftKeys.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { checkpointsDirectory } from '../../apply/checkpointPaths.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Key of a checkpoint's effect in the journal. */
export function effectKey(name: string): string {
  return checkpointPrefix + name;
}

/** Undefined for the key of another effect. */
export function nameOfKey(key: string): string | undefined {
  return key.startsWith(checkpointPrefix) ? key.slice(checkpointPrefix.length) : undefined;
}

/** Names of those that are complete. @throws PCH_FILE_TIMEOUT */
export async function listCheckpoints(
  { files }: Pick<EngineContext, 'files'>,
  { paths, name }: ContainerRecord,
): Promise<string[]> {
  const names = await files.list(checkpointsDirectory(paths.directory), `the checkpoints of ${name}`);
  return (names ?? []).filter((found) => !found.startsWith('.')).sort();
}

/** @throws PCH_CHECKPOINT_NOT_FOUND */
export async function checkExists(
  engine: EngineContext,
  record: ContainerRecord,
  name: string,
): Promise<void> {
  if ((await listCheckpoints(engine, record)).includes(name)) return;
  throw new PouchError('PCH_CHECKPOINT_NOT_FOUND', `${record.name} has no checkpoint named "${name}"`, {
    container: record.id,
    hint: `pouch checkpoint ls ${record.name}`,
  });
}

/** @throws PCH_NAME_INVALID */
export function checkCheckpointName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name)) return;
  throw new PouchError(
    'PCH_NAME_INVALID',
    `Invalid checkpoint name (${name}): expected up to 128 letters, digits, "_", "." or "-", the first a letter or digit`,
    { hint: 'choose another name' },
  );
}
