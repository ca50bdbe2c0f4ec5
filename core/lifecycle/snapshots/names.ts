import type { ContainerRecord, RootSnapshot } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';

/** Snapshots of one container: each may hold as much as the container. */
export const mostSnapshots = 100;

/** @throws PCH_SNAPSHOT_NOT_FOUND */
export function findSnapshot({ id, name, snapshots = [] }: ContainerRecord, wanted: string): RootSnapshot {
  const found = snapshots.find((one) => one.name === wanted);
  if (found) return found;
  throw new PouchError('PCH_SNAPSHOT_NOT_FOUND', `${name} has no snapshot named "${wanted}"`, {
    container: id,
    hint: `pouch snapshot ls ${name}`,
  });
}

/** @throws PCH_NAME_INVALID, PCH_ALREADY_EXISTS, PCH_CONFLICT */
export function checkNewSnapshot(record: ContainerRecord, wanted: string): void {
  const { id, name, snapshots = [] } = record;
  checkForm(wanted);
  if (snapshots.some((one) => one.name === wanted))
    throw new PouchError('PCH_ALREADY_EXISTS', `${name} has a snapshot ${wanted} already`, {
      container: id,
      field: 'snapshotName',
      hint: `choose another name, or remove it: pouch snapshot rm ${name} ${wanted}`,
    });
  if (snapshots.length < mostSnapshots) return;
  throw new PouchError('PCH_CONFLICT', `expected at most ${mostSnapshots} snapshots of ${name}`, {
    container: id,
    hint: `remove some: pouch snapshot rm ${name}`,
  });
}

/** By the time, and unused: `PREFIX20261128-093015`. */
export function newSnapshotName({ snapshots = [] }: ContainerRecord, prefix = ''): string {
  const at = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const isTaken = (name: string) => snapshots.some((one) => one.name === name);
  let name = `${prefix}${at}`;
  for (let count = 2; isTaken(name); count++) name = `${prefix}${at}-${count}`;
  return name;
}

function checkForm(wanted: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(wanted)) return;
  throw new PouchError(
    'PCH_NAME_INVALID',
    `Invalid snapshot name (${wanted.slice(0, 140)}): expected up to 128 letters, digits, "_", "." or "-", the first a letter or digit`,
    { field: 'snapshotName', hint: `choose another ${field('snapshotName')}` },
  );
}
