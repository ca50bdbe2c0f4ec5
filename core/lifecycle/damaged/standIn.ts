/**
 * What is shown of a container whose record is damaged, and holds its place among those that use things of the host.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import type { PouchConfig } from '../../../config/types.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { ContainerRecord, Damage } from '../../../hooks/engine.ts';
import type { OciIdMapping, OciSpec } from '../../../hooks/oci.ts';
import { newDraft } from '../../plan/newDraft.ts';
import { newState, recordForm } from '../../state/containerRecord.ts';
import { readSpec } from '../../state/planFiles.ts';
import { isObject, problemIn } from '../../state/stored.ts';

export interface Evidence {
  id: string;
  directory: string;
  /** The damaged file, what is wrong with it, and what can be done. */
  damage: Omit<Damage, 'usesUnknown'>;
  /** What config.json says, if it is JSON. */
  found?: unknown;
  /** Of its running task; 0 if none runs. */
  pid: number;
  /** The image that its snapshot stands on. */
  image?: { id: string; reference: string };
}

/** Each field is what the damaged record says where that has the right form, and else empty. */
export async function standIn(evidence: Evidence, config: PouchConfig): Promise<ContainerRecord> {
  const { id, directory, damage, found, pid, image } = evidence;
  const empty = emptyRecord(id, directory, config);
  const own = isOwn(found, id) ? found : {};
  const record = salvaged(own, empty, recordForm.schema) as ContainerRecord;
  const spec = await readSpec(directory);
  const known = spec.state === 'sound' ? spec.value : undefined;
  Object.assign(record.state, { status: 'dead', pid, error: `Damaged: ${damage.problem}` });
  if (record.draft.image.id === '' && image)
    record.draft = { ...record.draft, image: { ...empty.draft.image, ...image } };
  if (record.request.image === '') record.request.image = record.draft.image.reference;
  Object.assign(record.draft, known ? usesOf(known) : await guessedIds(directory));
  return { ...record, paths: empty.paths, damage: { ...damage, usesUnknown: known === undefined } };
}

/** A copy of another container's file says nothing about this one. */
function isOwn(found: unknown, id: string): boolean {
  return isObject(found) && found['id'] === id && (!isObject(found['draft']) || found['draft']['id'] === id);
}

/** The fields of `found` that fit the schema, and those of `fallback` in the place of the others. */
function salvaged(found: unknown, fallback: unknown, schema: TSchema): unknown {
  if (problemIn(found, schema) === undefined) return structuredClone(found);
  const fields = schema['properties'] as Record<string, TSchema> | undefined;
  if (!fields || !isObject(found) || !isObject(fallback)) return fallback;
  const result: Record<string, unknown> = { ...fallback };
  for (const [name, field] of Object.entries(fields))
    if (found[name] !== undefined) result[name] = salvaged(found[name], fallback[name], field);
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined));
}

/** spec.json is what it was started with. */
function usesOf({ mounts, linux }: OciSpec): Pick<ContainerDraft, 'mounts' | 'uidMappings' | 'gidMappings'> {
  return {
    mounts: Object.fromEntries(
      mounts.map(({ destination, type = '', source = '', options = [] }) => [
        destination,
        { type, source, options },
      ]),
    ),
    uidMappings: linux.uidMappings ?? [],
    gidMappings: linux.gidMappings ?? [],
  };
}

/** Ids of a usual range. */
const usualRange = 65_536;

/** The files that Pouch wrote for a container with users of its own belong to its root. */
async function guessedIds(directory: string): Promise<Partial<ContainerDraft>> {
  const own = join(directory, 'files');
  const [first] = await readdir(own).catch(() => []);
  const found = first === undefined ? undefined : await stat(join(own, first)).catch(() => undefined);
  if (!found || found.uid === 0) return {};
  const range: OciIdMapping[] = [{ containerID: 0, hostID: found.uid, size: usualRange }];
  return { uidMappings: range, gidMappings: range };
}

function emptyRecord(id: string, directory: string, config: PouchConfig): ContainerRecord {
  const name = id.slice(0, 12);
  const image = {
    reference: '',
    id: '',
    config: { architecture: '', os: '', rootfs: { type: '', diff_ids: [] } },
    stat: () => Promise.resolve(undefined),
  };
  return {
    id,
    name,
    createdAt: '',
    request: { image: '' },
    draft: { ...newDraft({ id, name }, image, config), mounts: {} },
    state: newState('dead'),
    restartCount: 0,
    stoppedByUser: true,
    degraded: [],
    warnings: [],
    attachments: {},
    paths: { directory, log: '', hosts: '', hostname: '', resolvConf: '' },
  };
}
