import { mkdir } from 'node:fs/promises';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { catalogue } from '../../../hooks/catalogue.ts';
import type { CompleteOptions } from '../../../hooks/profile.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import type { Effect } from '../../../hooks/effects.ts';
import { effectsOf } from '../../apply/effectsOf.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { withProfiles } from '../../plan/profiles/chosenProfiles.ts';
import { etcPaths } from '../../plan/etcFiles.ts';
import { ownFilePath } from '../../contract/ownFiles.ts';
import { checkStorable, newState } from '../../state/containerRecord.ts';
import { newId, newName } from '../../state/ids.ts';
import { writeNewSpec, writePlan } from '../../state/planFiles.ts';
import { settleAll } from '../../wait/settleAll.ts';
import { observeTaps } from '../shared/containerHooks.ts';
import { undoStartEffects } from '../shared/undoStartEffects.ts';
import { emitContainer, type EngineContext, withLedger } from '../shared/engineContext.ts';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

export interface CreateOptions extends CompleteOptions {
  /**
   * The start follows at once: what it needs before its task is applied along. Called with the record before any effect
   * is.
   */
  startsNext?: (record: ContainerRecord) => Promise<void>;
}

/** Plans a container and applies the effects of its making. A failure leaves only what cannot be undone. */
export async function create(
  engine: EngineContext,
  request: ContainerRequest,
  options: CreateOptions = {},
): Promise<ContainerRecord> {
  const name = nameFor(engine, request);
  const id = idFor(engine, request);
  const reserved = engine.store.reserve(name, id);
  try {
    return await engine.generations.use(async (generation) => {
      const planned = await engine.planner.plan(
        { id, name },
        request,
        withProfiles(generation, options.profiles),
      );
      const record = newRecord(engine, planned);
      try {
        await engine.operations.run('create', record.id, () =>
          engine.locks.run(record.id, 'create', () => apply(engine, record, planned, options)),
        );
      } catch (error) {
        planned.abandon();
        throw error;
      }
      observeTaps(engine, record, catalogue.container.postCreate, { container: record, netns: '' });
      return record;
    });
  } finally {
    reserved.release();
    engine.userRanges.release(id);
  }
}

async function apply(
  engine: EngineContext,
  record: ContainerRecord,
  planned: PlannedCreate,
  { startsNext }: CreateOptions,
): Promise<void> {
  checkStorable(record);
  await mkdir(record.paths.directory, { mode: 0o700 });
  const { draft: _draft, request: _request, abandon: _abandon, ...toStore } = planned;
  const staged = engine.store.stage(record);
  let isUndone = true;
  try {
    await startsNext?.(record);
    await writeNewSpec(record, planned.spec);
    const effects = { ...effectsOf(record, 'create'), ...(startsNext && beforeTask(record)) };
    await withLedger(engine, record.id, async (ledger) => {
      await ledger.begin('create');
      try {
        await settleAll([
          ledger.apply(effects, engine.shutdown),
          writePlan(record, toStore),
          engine.store.save(record),
        ]);
      } catch (error) {
        isUndone = false;
        await undoStartEffects(engine, record, ledger);
        await ledger.undo('create');
        isUndone = true;
        throw error;
      }
      await ledger.commit();
    });
    if (startsNext) engine.prepared.add(record.id);
    engine.store.add(record);
    // At once: what is seen of it from now on comes after these.
    announce(engine, record);
  } catch (error) {
    if (isUndone) await engine.store.discard(record.id);
    else keepDead(engine, record, error);
    throw error;
  } finally {
    staged.unstage();
  }
}

/** What could not be undone stays with a container that is seen: its removal, or the next pouchd, undoes it. */
function keepDead(engine: EngineContext, record: ContainerRecord, error: unknown): void {
  Object.assign(record.state, { status: 'dead', error: messageOf(error) });
  engine.store.add(record);
}

function announce(engine: EngineContext, record: ContainerRecord): void {
  emitContainer(engine, 'create', record);
  for (const { plugin, hook, message } of record.degraded)
    emitContainer(engine, 'degraded', record, { plugin, hook, reason: message });
}

/** The effects that the start's task needs. */
function beforeTask(record: ContainerRecord): Record<string, Effect> {
  const start = effectsOf(record, 'start');
  return Object.fromEntries(Object.entries(start).filter(([key]) => start['task']?.needs?.includes(key)));
}

export function newRecord(engine: EngineContext, planned: PlannedCreate): ContainerRecord {
  const { draft, request } = planned;
  const directory = engine.store.directoryOf(draft.id);
  // Docker has the path on the host here; what is in the root file system has none.
  const withoutFiles = draft.network.request.withoutFiles;
  const mountedFrom = (path: string) =>
    withoutFiles || draft.files[path]?.own ? '' : ownFilePath(directory, path);
  return {
    id: draft.id,
    name: draft.name,
    createdAt: new Date().toISOString(),
    request,
    draft,
    state: newState('created'),
    restartCount: 0,
    stoppedByUser: false,
    degraded: planned.degraded,
    warnings: planned.warnings,
    attachments: {},
    paths: {
      directory,
      log: (draft.effects['io']?.args['log'] as string | null | undefined) ?? '',
      hosts: mountedFrom(etcPaths.hosts),
      hostname: mountedFrom(etcPaths.hostname),
      resolvConf: mountedFrom(etcPaths.resolvConf),
    },
  };
}

/** @throws PCH_OPTION_INVALID, PCH_ALREADY_EXISTS */
export function idFor({ store }: EngineContext, { id }: ContainerRequest): string {
  if (id === undefined) return newId();
  if (!/^[0-9a-f]{64}$/.test(id))
    throw new PouchError(
      'PCH_OPTION_INVALID',
      `${field('id')}: expected 64 hex digits, found "${id.slice(0, 100)}"`,
      {
        field: 'id',
        hint: 'use digits and a to f',
      },
    );
  if (!store.knows(id)) return id;
  throw new PouchError('PCH_ALREADY_EXISTS', `the id ${id} is in use by another container`, {
    field: 'id',
    hint: `choose another ${field('id')}, or remove that container`,
  });
}

/** @throws PCH_NAME_INVALID */
export function nameFor(engine: EngineContext, request: ContainerRequest): string {
  const isTaken = (name: string) => engine.store.isNameTaken(name);
  return request.name ? checkName(request.name.replace(/^\//, '')) : newName(isTaken);
}

/** @throws PCH_NAME_INVALID */
export function checkName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new PouchError(
    'PCH_NAME_INVALID',
    `Invalid container name (${name}): expected 2 to 128 letters, digits, "_", "." or "-", the first a letter or digit`,
    { field: 'name', hint: `choose another ${field('name')}` },
  );
}
