import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { beginningOf } from './beginningOf.ts';
import { startEngineProcess } from './engineProcess.ts';

/** Bytes of output that are kept unless a command says more; a container may print without end. */
const mostOutput = 16 * 1024;

export interface EngineCommand {
  readonly args: readonly string[];
  /** Milliseconds until it is killed. */
  readonly deadlineMs: number;
  /** Bytes of its output that are kept. Default: 16 KiB. */
  readonly mostOutput?: number;
  /** Kills it. */
  readonly signal?: AbortSignal | undefined;
}

export interface CommandResult {
  readonly exitCode: number;
  /** The beginning of its stdout. It comes from the container: it is not trusted. */
  readonly output: string;
}

/**
 * Runs a command of the engine's own in a running container to its end: see {@link startEngineProcess}.
 * @throws PCH_DEADLINE, PCH_CONTAINER_NOT_RUNNING, PCH_CONFLICT for a paused container, and errors of the runtime
 */
export async function runInContainer(
  engine: EngineContext,
  record: ContainerRecord,
  command: EngineCommand,
): Promise<CommandResult> {
  const { args, deadlineMs: ms, mostOutput: most = mostOutput } = command;
  const process = await startEngineProcess(engine, record, args);
  try {
    const output = beginningOf(process.output, most);
    const late = () => new PouchError('PCH_DEADLINE', `${args[0]} did not end within ${ms} ms`);
    const exitCode = await withDeadline({ ms, late, signal: engine.shutdown }, (signal) =>
      untilAborted(untilAborted(process.ended, signal), command.signal),
    );
    await process.endOutput();
    const { text } = await output;
    return { exitCode, output: text };
  } finally {
    await process.close();
  }
}
