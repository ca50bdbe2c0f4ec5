import { FileWorkers } from '../../../../core/files/index.ts';
import { replyTo } from '../../../../core/files/worker/operations.ts';

/** File workers without processes: each request is done at once, by the code of the worker. */
export function inProcessFiles(): FileWorkers {
  const pool = {
    call: (_subject: unknown, request: Parameters<typeof replyTo>[0]) => Promise.resolve(replyTo(request)),
    warm: () => undefined,
    pending: () => [],
    close: () => undefined,
  };
  return new FileWorkers({ command: [], timeout: () => 1000, pool });
}
