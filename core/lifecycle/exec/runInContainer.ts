import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { ExecStdio } from '../../io/index.ts';
import { newId } from '../../state/ids.ts';
import { storedSpecOf } from '../../state/planFiles.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { sigkill } from '../../contract/signals.ts';
import { endOfExec } from '../exits/endOfProcess.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { onTask } from '../task/onTask.ts';
import { notRunning } from '../task/refusals.ts';

/** Bytes of output that are kept; a container may print without end. */
const mostOutput = 16 * 1024;
/** Milliseconds for the end of a process that was killed. */
const killWithinMs = 2000;

export interface EngineCommand {
  readonly args: readonly string[];
  /** Milliseconds until it is killed. */
  readonly deadlineMs: number;
}

export interface CommandResult {
  readonly exitCode: number;
  /** The beginning of its stdout. It comes from the container: it is not trusted. */
  readonly output: string;
}

/**
 * Runs a command of the engine's own in a running container: as root, with the environment and capabilities of the
 * container's process. Plugins and events do not see it, as it is not an exec of a user.
 * @throws PCH_DEADLINE, PCH_CONTAINER_NOT_RUNNING, PCH_CONFLICT for a paused container, and errors of the runtime
 */
export async function runInContainer(
  engine: EngineContext,
  record: ContainerRecord,
  command: EngineCommand,
): Promise<CommandResult> {
  const id = newId();
  const directory = join(engine.config.state, 'exec');
  const stdio = await ExecStdio.create(directory, id, {
    tty: false,
    stdin: false,
    stdout: true,
    stderr: false,
  });
  try {
    return await onTask(engine, record, () => runWithin(engine, record, { id, stdio, ...command }));
  } finally {
    await stdio.close();
  }
}

interface Running extends EngineCommand {
  readonly id: string;
  readonly stdio: ExecStdio;
}

async function runWithin(
  engine: EngineContext,
  record: ContainerRecord,
  running: Running,
): Promise<CommandResult> {
  const { id, stdio, deadlineMs: ms } = running;
  const { tasks } = engine.client;
  await engine.execStarts.start(record.id, async () => {
    if (record.state.status !== 'running') throw notRunning(record);
    await tasks.exec({
      containerId: record.id,
      execId: id,
      process: await processOf(record, running.args),
      ...stdio.paths,
    });
    await tasks.start(record.id, id).catch(async (error: unknown) => {
      await tasks.deleteProcess(record.id, id).catch(() => undefined);
      throw error;
    });
  });
  const ended = endOfExec(engine, record.id, id);
  const output = beginningOf(stdio);
  try {
    const late = () => new PouchError('PCH_DEADLINE', `${running.args[0]} did not end within ${ms} ms`);
    const exit = await withDeadline({ ms, late, signal: engine.shutdown }, () => ended);
    await stdio.close();
    return { exitCode: exit?.exitStatus ?? unknownExitCode, output: await output };
  } catch (error) {
    await kill(engine, record, id, ended);
    throw error;
  } finally {
    await tasks.deleteProcess(record.id, id).catch(() => undefined);
  }
}

/** containerd does not know how it has ended: its container was killed. */
const unknownExitCode = 255;

/** The container's own process, as root and with another command. */
async function processOf(record: ContainerRecord, args: readonly string[]) {
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
    await engine.client.tasks.kill(container, sigkill, { execId: id });
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

/** All output is read, so that the process does not wait. */
async function beginningOf({ output }: ExecStdio): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const { data } of output) {
    if (size < mostOutput) chunks.push(Buffer.from(data.subarray(0, mostOutput - size)));
    size += data.length;
  }
  return Buffer.concat(chunks).toString('utf8');
}
