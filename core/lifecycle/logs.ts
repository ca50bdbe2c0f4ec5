import type { ContainerRecord, LogEntry, LogQuery } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { readLogs } from '../io/index.ts';
import type { Kernel } from './kernel.ts';

/** What the container has written; with `follow` until it ends. */
export function logs(
  kernel: Kernel,
  record: ContainerRecord,
  query: LogQuery,
  signal?: AbortSignal,
): AsyncIterable<LogEntry> {
  if (!record.paths.log)
    throw new PouchError(
      'PCH_NOT_SUPPORTED',
      `${record.name} keeps no log: its log driver is ${record.draft.log.driver}`,
      {
        hint: 'make it with --log-driver json-file, or use pouch attach',
      },
    );
  const { log } = record.paths;
  return readLogs(log, query, {
    ...(signal && { signal }),
    isDone: () => endOf(kernel, record, signal),
    hold: () => kernel.io.holdLog(log),
  });
}

async function endOf(kernel: Kernel, record: ContainerRecord, signal?: AbortSignal): Promise<void> {
  if (['running', 'paused', 'restarting'].includes(record.state.status))
    await kernel.exits.next('exit', record.id, signal).catch(() => {});
}
