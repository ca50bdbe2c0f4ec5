import { join } from 'node:path';
import type { ContainerRecord, OutputChunk } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { OciProcess } from '../../../hooks/oci.ts';
import { sigkill } from '../../contract/signals.ts';
import { ExecStdio } from '../../io/index.ts';
import { newId } from '../../state/ids.ts';
import { storedSpecOf } from '../../state/planFiles.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { endOfExec } from '../exits/endOfProcess.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { onTask } from '../task/onTask.ts';
import { notRunning } from '../task/refusals.ts';
import { signalExec } from './signalExec.ts';

/** Milliseconds for the end of a process that was killed. */
const killWithinMs = 2000;

/** containerd does not know how it has ended: its container was killed. */
const unknownExitCode = 255;

/** A process of the engine's own in a container. */
export interface EngineProcess {
  /** What it prints to stdout; ends after `endOutput`, or when every process that has its stdout has ended. */
  readonly output: AsyncIterable<OutputChunk>;
  /** Its exit code. */
  readonly ended: Promise<number>;
  /** Ends `output` after what was printed until now: a daemon that it has started may keep its stdout open. */
  endOutput(): Promise<void>;
  /** Kills it if it still runs, and removes what was made for it. */
  close(): Promise<void>;
}

/**
 * Starts a command of the engine's own in a running container: as root, with the environment and capabilities of the
 * container's process. Plugins and events do not see it, as it is not an exec of a user.
 * @throws PCH_CONTAINER_NOT_RUNNING, PCH_CONFLICT for a paused container, and errors of the runtime
 */
export async function startEngineProcess(
  engine: EngineContext,
  record: ContainerRecord,
  args: readonly string[],
): Promise<EngineProcess> {
  return await startProcess(engine, record, { id: newId(), process: () => processOf(record, args) });
}

export interface NewProcess {
  /** Its name in containerd. */
  readonly id: string;
  /** Whether `output` has its stderr too. */
  readonly withStderr?: boolean;
  process(): Promise<OciProcess>;
}

/** The same for any process. */
export async function startProcess(
  engine: EngineContext,
  record: ContainerRecord,
  { id, withStderr = false, process }: NewProcess,
): Promise<EngineProcess> {
  const streams = { tty: false, stdin: false, stdout: true, stderr: withStderr };
  const stdio = await ExecStdio.create(join(engine.config.state, 'exec'), id, streams);
  try {
    await onTask(engine, record, () => launch(engine, record, { id, stdio, process }));
  } catch (error) {
    await stdio.close();
    throw error;
  }
  let isOver = false;
  const ended = endOfExec(engine, record.id, id).then((exit) => {
    isOver = exit !== undefined;
    return exit?.exitStatus ?? unknownExitCode;
  });
  return {
    output: stdio.output,
    ended,
    endOutput: () => stdio.close(),
    async close() {
      await stdio.close();
      if (!isOver) await kill(engine, record, id, ended);
      await engine.client.tasks.deleteProcess(record.id, id).catch(() => undefined);
    },
  };
}

interface Launch {
  readonly id: string;
  readonly stdio: ExecStdio;
  process(): Promise<OciProcess>;
}

async function launch(engine: EngineContext, record: ContainerRecord, { id, stdio, process }: Launch) {
  const { tasks } = engine.client;
  await engine.execStarts.start(record.id, async () => {
    if (record.state.status !== 'running') throw notRunning(record);
    await tasks.exec({ containerId: record.id, execId: id, process: await process(), ...stdio.paths });
    await tasks.start(record.id, id).catch(async (error: unknown) => {
      await tasks.deleteProcess(record.id, id).catch(() => undefined);
      throw error;
    });
  });
}

/** The container's own process, as root and with another command. */
async function processOf(record: ContainerRecord, args: readonly string[]): Promise<OciProcess> {
  const { process } = await storedSpecOf(record);
  const { bounding = [] } = process.capabilities ?? {};
  return {
    ...process,
    terminal: false,
    args: [...args],
    cwd: '/',
    user: { uid: 0, gid: 0 },
    capabilities: { bounding, effective: bounding, permitted: bounding },
  };
}

async function kill(
  engine: EngineContext,
  { id: container }: ContainerRecord,
  id: string,
  ended: Promise<unknown>,
): Promise<void> {
  try {
    await signalExec(engine, { container, id }, sigkill);
    await withDeadline(
      { ms: killWithinMs, late: () => new Error('it was killed and has not ended') },
      () => ended,
    );
  } catch (error) {
    engine.log.warn('a command of the engine in a container could not be ended', {
      container,
      error: messageOf(error),
    });
  }
}
