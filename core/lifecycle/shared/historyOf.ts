import type { ContainerRecord } from '../../../hooks/engine.ts';

const fields = [
  ...(['name', 'createdAt', 'state', 'stoppedByUser', 'attachments'] as const),
  ...(['snapshots', 'snapshotSchedule', 'rollback', 'images', 'reconciledAt'] as const),
] as const;

/** The part of a record that does not derive from a plan: a container with a new plan keeps it. */
export function historyOf(record: ContainerRecord): Pick<ContainerRecord, (typeof fields)[number]> {
  const known = fields.filter((field) => record[field] !== undefined);
  const kept = Object.fromEntries(known.map((field) => [field, record[field]]));
  return kept as Pick<ContainerRecord, (typeof fields)[number]>;
}
