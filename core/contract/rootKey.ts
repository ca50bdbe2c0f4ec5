/**
 * Keys of a container's root file systems in containerd: `ID` is that of its create, `ID.1`, `ID.2` … those of its
 * snapshots and upgrades. Each is a writable snapshot. The record names the one that the container uses.
 */
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { Effect } from '../../hooks/effects.ts';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { rootPrefix } from '../../hooks/draftKeys.ts';

const form = /^([0-9a-f]{64})(?:\.([1-9][0-9]{0,8}))?$/;

/** Key of the root file system that a container uses. */
export function rootKeyOf({ draft }: { draft: Pick<ContainerDraft, 'id' | 'effects'> }): string {
  const key = draft.effects['snapshot']?.args['key'];
  return typeof key === 'string' ? key : draft.id;
}

/** Returns the id of the container that a root file system belongs to; undefined for other snapshots. */
export function ownerOfRoot(key: string): string | undefined {
  return form.exec(key)?.[1];
}

/** Returns 0 for the root file system of the create. */
export function rootNumber(key: string): number {
  return Number(form.exec(key)?.[2] ?? 0);
}

export function rootKey(id: string, number: number): string {
  return number === 0 ? id : `${id}.${number}`;
}

/** Key in the ledger of a root file system that the container does not use. */
export function rootEffectKey(key: string): string {
  return `${rootPrefix}${rootNumber(key)}`;
}

export function isRootEffect(key: string): boolean {
  return key.startsWith(rootPrefix);
}

/** The root file systems beside the one in use: those of the snapshots, and the one before an upgrade. */
export function otherRoots({ snapshots = [], rollback }: ContainerRecord): string[] {
  return [...snapshots.map(({ root }) => root), ...(rollback ? [rollback.root] : [])];
}

/** Their effects in the ledger, by key. */
export function otherRootEffects(record: ContainerRecord): Record<string, Effect> {
  return Object.fromEntries(
    otherRoots(record).map((key) => [rootEffectKey(key), { kind: 'root', stage: 'create', args: { key } }]),
  );
}
