/** plan.json and spec.json of a container. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { ContainerRecord, StoredPlan } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { Effect } from '../../hooks/effects.ts';
import { OciIdMapping, OciResources, OciSeccomp, type OciSpec } from '../../hooks/oci.ts';
import { BlameEntry, Degradation } from '../../hooks/plan.ts';
import { integer, may, text, texts } from '../../hooks/schema.ts';
import { writeDurably } from './durable.ts';
import { readStored, type Stored, type StoredForm, toStored } from './stored.ts';

/** The part of a spec that Pouch reads; the runtime checks the rest. */
const spec = Type.Object({
  ociVersion: text,
  process: Type.Object({
    args: texts,
    env: texts,
    cwd: text,
    user: Type.Object({ uid: integer, gid: integer }),
  }),
  root: Type.Object({ path: text }),
  mounts: Type.Array(
    Type.Object({ destination: text, type: may(text), source: may(text), options: may(texts) }),
  ),
  linux: Type.Object({
    namespaces: Type.Array(Type.Object({ type: text, path: may(text) })),
    uidMappings: may(Type.Array(OciIdMapping)),
    gidMappings: may(Type.Array(OciIdMapping)),
    resources: may(OciResources),
    seccomp: may(OciSeccomp),
  }),
});

const specForm: StoredForm<OciSpec> = { version: 1, schema: spec };

export const planForm: StoredForm<StoredPlan> = {
  version: 1,
  schema: Type.Object({
    spec,
    plainSpec: Type.Object({}),
    effects: Type.Array(Type.Object({ ...Effect.properties, key: text, sentence: text })),
    blame: Type.Array(BlameEntry),
    degraded: Type.Array(Degradation),
    warnings: texts,
  }),
};

/** Resolves to the plan of a container's creation with the changes of later updates. @throws PCH_CONTAINER_DAMAGED */
export async function storedPlanOf(record: ContainerRecord): Promise<StoredPlan> {
  const read = await readPlan(record.paths.directory);
  if (read.state !== 'sound') throw damagedFiles(record, [read.problem], 'plan.json');
  return withUpdates(read.value, record);
}

/**
 * Resolves to the spec that the container starts with. A damaged spec.json is written again from plan.json.
 * @throws PCH_CONTAINER_DAMAGED
 */
export async function storedSpecOf(record: ContainerRecord): Promise<OciSpec> {
  const read = await readSpec(record.paths.directory);
  if (read.state === 'sound') return read.value;
  const plan = await readPlan(record.paths.directory);
  if (read.state === 'newer' || plan.state !== 'sound')
    throw damagedFiles(record, [read.problem, ...(plan.state === 'sound' ? [] : [plan.problem])], 'them');
  const { spec } = withUpdates(plan.value, record);
  await writeSpec(record, spec);
  return spec;
}

/** Updates spec.json with the record's limits and annotations, for the next start. */
export async function updateSpec(record: ContainerRecord): Promise<void> {
  await writeSpec(record, withLimits(await storedSpecOf(record), record));
}

/** Not flushed: plan.json, which is flushed, has the same content. */
export async function writeNewSpec({ paths }: ContainerRecord, spec: OciSpec): Promise<void> {
  await writeFile(specPath(paths.directory), toStored(spec, specForm), { mode: 0o600 });
}

async function writeSpec({ paths }: ContainerRecord, spec: OciSpec): Promise<void> {
  await writeDurably(specPath(paths.directory), toStored(spec, specForm));
}

export async function writePlan({ paths }: ContainerRecord, plan: StoredPlan): Promise<void> {
  await writeDurably(planPath(paths.directory), toStored(plan, planForm));
}

export function readSpec(directory: string): Promise<Stored<OciSpec>> {
  return readStored(specPath(directory), specForm);
}

export function readPlan(directory: string): Promise<Stored<StoredPlan>> {
  return readStored(planPath(directory), planForm);
}

function specPath(directory: string): string {
  return join(directory, 'spec.json');
}

function planPath(directory: string): string {
  return join(directory, 'plan.json');
}

function withUpdates(plan: StoredPlan, record: ContainerRecord): StoredPlan {
  const { updates } = record;
  if (!updates) return plan;
  return { ...plan, spec: withLimits(plan.spec, record), blame: [...plan.blame, ...updates] };
}

/** Returns the spec with the container's current limits, annotations and variables; devices are not limits. */
function withLimits(spec: OciSpec, { draft }: ContainerRecord): OciSpec {
  const devices = spec.linux.resources?.devices;
  const resources = { ...draft.resources, ...(devices && { devices }) };
  return {
    ...spec,
    process: { ...spec.process, env: environmentOf(spec.process.env, draft.process.env) },
    annotations: { ...draft.annotations },
    linux: { ...spec.linux, resources },
  };
}

/** That of the draft, with the home directory that only the accounts of the image have said. */
function environmentOf(before: readonly string[] = [], env: Readonly<Record<string, string>>): string[] {
  const home = before.filter((entry) => entry.startsWith('HOME=') && !('HOME' in env)).slice(0, 1);
  return [...home, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
}

function damagedFiles({ id, name, paths }: ContainerRecord, problems: string[], what: string): PouchError {
  return new PouchError('PCH_CONTAINER_DAMAGED', `the container ${name} is damaged: ${problems.join('; ')}`, {
    container: id,
    hint: `restore ${what} in ${paths.directory} from a backup; without a backup, recreate the container`,
  });
}
