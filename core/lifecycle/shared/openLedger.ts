import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { Journal } from '../../apply/Journal.ts';
import { otherRootEffects } from '../../contract/rootKey.ts';
import { ownVolumeDigits } from '../../contract/ownVolume.ts';
import { Ledger, type LedgerOptions, type Reclaimed } from '../../apply/Ledger.ts';
import type { EngineContext } from './engineContext.ts';
import { isUp } from '../../state/status.ts';

/**
 * A container's ledger by its journal. What a damaged journal does not list any more is taken from the record, which
 * has every planned effect: so nothing stays on the host for ever.
 * @throws PCH_CONTAINER_DAMAGED for a journal of a later Pouch
 */
export async function openLedger(
  engine: Pick<EngineContext, 'store' | 'log' | 'prepared'>,
  id: string,
  options: Pick<LedgerOptions, 'kinds' | 'onStep'>,
): Promise<Ledger> {
  const { store, log, prepared } = engine;
  const path = join(store.directoryOf(id), 'journal.jsonl');
  const ledger = await Ledger.restore({ ...options, container: id, journal: new Journal(path) });
  if (ledger.isNewer) throw newer(id, path);
  // One that is being created has no record yet, and no journal before its first step.
  const record = store.has(id) ? store.get(id) : undefined;
  const damage = record && journalDamage(record, ledger);
  if (!record || damage === undefined) return ledger;
  log.error('a journal is damaged: it is rebuilt from config.json', {
    container: id,
    problem: damage,
    copy: `${path}.damaged`,
  });
  prepared.delete(id);
  const foreign = foreignEffects(record, ledger).map(({ key }) => key);
  await ledger.reclaim(reclaimed(record), foreign);
  return ledger;
}

/** What is wrong with the journal, or contradicts the record. */
export function journalDamage(record: ContainerRecord, ledger: Ledger): string | undefined {
  if (ledger.isNew) return 'journal.jsonl: not found, or empty';
  if (ledger.damage !== undefined) return ledger.damage;
  if (ledger.interrupted === 'create' && record.state.startedAt !== '')
    return `journal.jsonl: ends during create, but the container was started at ${record.state.startedAt}`;
  const [foreign] = foreignEffects(record, ledger);
  if (foreign)
    return `journal.jsonl: the effect "${foreign.key}" names ${foreign.id}, which config.json does not`;
  const lost = lostEffect(record, ledger);
  return lost && `journal.jsonl: the effect "${lost}" of the container is missing`;
}

/** Effects that would undo what belongs to another container: their arguments hold an id that is not in the record. */
function foreignEffects(record: ContainerRecord, ledger: Ledger): { key: string; id: string }[] {
  const own = new Set([record.id, ...idsIn(record.draft.effects)]);
  return Object.entries(ledger.effects()).flatMap(([key, { args }]) => {
    // What a user calls a path says nothing.
    const { paths: _paths, ...named } = args;
    const id = idsIn(named).find((found) => !own.has(found) && !isOwnVolume(found, record.id));
    return id === undefined ? [] : [{ key, id }];
  });
}

/** Ids of containers, also within paths, and names of anonymous volumes; no digests. */
function idsIn(value: unknown): string[] {
  return JSON.stringify(value).match(/(?<!sha256:)[0-9a-f]{64}/g) ?? [];
}

/** An anonymous volume has a part of its container's id: also one that only the image before an upgrade declares. */
function isOwnVolume(found: string, id: string): boolean {
  return found.startsWith(id.slice(0, ownVolumeDigits));
}

/** Verbs that change which effects of the create the container has. */
const unsettled: ReadonlySet<string> = new Set(['create', 'remove', 'upgrade']);

/**
 * The effects of the create are applied from its end until a removal begins; those of the start while the container
 * runs, until a verb that undoes them begins.
 */
function lostEffect(record: ContainerRecord, ledger: Ledger): string | undefined {
  const { interrupted } = ledger;
  if (interrupted !== undefined && unsettled.has(interrupted)) return undefined;
  const runs = isUp(record) && interrupted !== 'stop';
  const expected = Object.entries(record.draft.effects).filter(([, { stage }]) => stage === 'create' || runs);
  return expected.map(([key]) => key).find((key) => !ledger.has(key));
}

function reclaimed(record: ContainerRecord): Record<string, Reclaimed> {
  const { draft, attachments } = record;
  const effects = { ...draft.effects, ...otherRootEffects(record) };
  return Object.fromEntries(
    Object.entries(effects).map(([key, effect]) => [
      key,
      { effect, result: attachments[key], done: effect.stage === 'create' || isUp(record) },
    ]),
  );
}

function newer(container: string, path: string): PouchError {
  return new PouchError('PCH_CONTAINER_DAMAGED', `${path} was written by a later Pouch`, {
    container,
    hint: 'start the later pouchd again; the container was not changed',
  });
}
