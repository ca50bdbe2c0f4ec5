/** config.json of a container, its record. */
import { basename, join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { ContainerDraft } from '../../hooks/draft.ts';
import { ContainerRecord } from '../../hooks/engine/record.ts';
import { PouchError } from '../../hooks/errors.ts';
import { text } from '../../hooks/schema.ts';
import { problemIn, readStored, type Stored, type StoredForm } from './stored.ts';

/**
 * The image's configuration is stored as its author wrote it (e.g. `null` for an empty list); no code relies on its
 * form.
 */
const storedImage = Type.Object({ reference: text, id: text, config: Type.Object({}) });

export const recordForm: StoredForm<ContainerRecord> = {
  version: 1,
  schema: Type.Object({
    ...ContainerRecord.properties,
    draft: Type.Object({ ...ContainerDraft.properties, image: storedImage }),
  }),
};

/** Reads the record in a container's directory. A record of another directory counts as damaged. */
export async function readContainerRecord(directory: string): Promise<Stored<ContainerRecord>> {
  const read = await readStored(join(directory, 'config.json'), recordForm);
  if (read.state !== 'sound') return read;
  const problem = misplaced(read.value, directory);
  return problem === undefined ? read : { state: 'damaged', problem: `config.json: ${problem}` };
}

/** Returns the state of a container that has never run. */
export function newState(status: 'created' | 'dead'): ContainerRecord['state'] {
  return { status, pid: 0, exitCode: 0, oomKilled: false, error: '', startedAt: '', finishedAt: '' };
}

/**
 * Checks that a record can be read again once it is written.
 * @throws PCH_PLAN_INVALID
 */
export function checkStorable(record: ContainerRecord): void {
  const problem = problemIn(record, recordForm.schema);
  if (problem === undefined) return;
  throw new PouchError('PCH_PLAN_INVALID', `invalid record of the planned container: ${problem}`, {
    container: record.id,
    hint: 'fix the plugin that sets this field; `pouch plan` shows which one does',
  });
}

function misplaced({ id, draft, paths }: ContainerRecord, directory: string): string | undefined {
  const expected = basename(directory);
  if (id !== expected) return `id: expected ${expected}, found ${id}`;
  if (draft.id !== expected) return `draft.id: expected ${expected}, found ${draft.id}`;
  if (paths.directory === directory) return undefined;
  return `paths.directory: expected ${directory}, found ${paths.directory}`;
}
