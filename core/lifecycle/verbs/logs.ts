import type { ContainerRecord, LogEntries, LogQuery } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { readLogs } from '../../io/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { unitLogs } from '../services/unitLogs.ts';
import { isUpOrRestarting } from '../../state/status.ts';

/** What the container, or a service of it, has written; with `follow` until it ends. */
export function logs(
  engine: EngineContext,
  record: ContainerRecord,
  query: LogQuery,
  signal?: AbortSignal,
): LogEntries {
  const { unit } = query;
  if (unit !== undefined) return unitLogs(engine, record, { ...query, unit }, signal);
  if (!record.paths.log)
    throw new PouchError(
      'PCH_NOT_SUPPORTED',
      `${record.name} keeps no log: its log driver is ${record.draft.log.driver}`,
      {
        field: 'log.driver',
        hint: `recreate it with ${field('log.driver')} json-file, or use pouch attach`,
      },
    );
  const { log } = record.paths;
  return readLogs(log, query, {
    ...(signal && { signal }),
    isDone: () => endOf(engine, record, signal),
    hold: () => engine.io.holdLog(log),
  });
}

async function endOf(engine: EngineContext, record: ContainerRecord, signal?: AbortSignal): Promise<void> {
  if (isUpOrRestarting(record)) await engine.waiters.next('exit', record.id, signal).catch(() => {});
}
