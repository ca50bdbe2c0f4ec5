/** Further processes in a running container. */
import { join } from 'node:path';
import { catalogue } from '../../../hooks/catalogue.ts';
import type {
  Attachment,
  ContainerRecord,
  ExecRecord,
  ExecRequest,
  ExecRun,
  Execs,
  OutputChunk,
} from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import { signalNumber, sigkill } from '../../contract/signals.ts';
import { runtimeError } from '../../apply/effects/runtimeError.ts';
import { ExecStdio } from '../../io/index.ts';
import { linkedEnv } from '../shared/links.ts';
import { execSecrets, planExec } from '../../plan/exec.ts';
import { newId } from '../../state/ids.ts';
import { isProcessGone } from '../../containerd/index.ts';
import { endOfExec } from '../exits/endOfProcess.ts';
import { unseenExitCode } from '../exits/watchExit.ts';
import { emitContainer, type EngineContext } from '../shared/engineContext.ts';
import { execContext } from './execContext.ts';
import { signalExec } from './signalExec.ts';
import { requireOf } from '../task/requireFeature.ts';
import { notRunning, paused } from '../task/refusals.ts';
import { observeTaps, saveMarks } from '../shared/containerHooks.ts';
import { noteOutcome } from '../shared/noteOutcome.ts';
import { isLostExit } from '../exits/lostExit.ts';
import { onTask } from '../task/onTask.ts';

/** Ended exec instances can be inspected for this long. */
const keptMs = 5 * 60_000;

/** Exit code of a process that SIGKILL has ended: 128 + 9. */
const killedExitCode = 137;

export class ExecInstances implements Execs {
  readonly #engine: EngineContext;
  readonly #directory: string;
  readonly #records = new Map<string, ExecRecord>();
  /** The starts of those that have been started. */
  readonly #starts = new Map<string, Promise<void>>();

  constructor(engine: EngineContext, stateDirectory: string) {
    this.#engine = engine;
    this.#directory = join(stateDirectory, 'exec');
  }

  create(ref: string, request: ExecRequest): Promise<string> {
    const record = this.#engine.store.find(ref);
    checkRunning(record);
    this.#engine.files.warm();
    if (request.args.length === 0 && !request.login)
      throw new PouchError('PCH_OPTION_INVALID', 'a command was expected; found none', {
        field: 'args',
        hint: 'append it',
      });
    if (request.cwd && !request.cwd.startsWith('/'))
      throw new PouchError(
        'PCH_OPTION_INVALID',
        `${field('cwd' satisfies keyof ExecRequest)}: expected an absolute path, found "${request.cwd}"`,
        { field: 'cwd', hint: 'begin it with /' },
      );
    const id = newId();
    this.#records.set(id, { id, container: record.id, request, running: false, pid: 0 });
    emitContainer(this.#engine, `exec_create: ${shownCommand(request)}`, record, { execID: id });
    return Promise.resolve(id);
  }

  inspect(id: string): ExecRecord {
    const exec = this.#records.get(id);
    if (exec) return exec;
    throw new PouchError('PCH_EXEC_NOT_FOUND', `No such exec instance: ${id}`, {
      hint: 'an ended one is forgotten after some minutes',
    });
  }

  async start(
    id: string,
    options: { detached: boolean; consoleSize?: { height: number; width: number } },
  ): Promise<ExecRun | undefined> {
    const exec = this.inspect(id);
    const record = this.#engine.store.get(exec.container);
    checkRunning(record);
    await requireOf(this.#engine, record, exec.request.tty ? 'execTty' : 'exec');
    checkUnstarted(exec);
    exec.running = true;
    const stdio = await ExecStdio.create(
      this.#directory,
      id,
      streamsOf(exec.request, options.detached),
    ).catch((error: unknown) => {
      throw this.#failed(exec, record, error);
    });
    const launch = () =>
      this.#engine.operations.run('exec start', record.id, () =>
        this.#launch(exec, record, stdio, options.consoleSize),
      );
    const started = onTask(this.#engine, record, launch).catch(async (error: unknown) => {
      await stdio.close();
      throw this.#failed(exec, record, error);
    });
    this.#starts.set(id, started);
    const settled = started.then(() => this.#settle(exec, record, stdio));
    // Callers see it in `started` and at the end of the output.
    settled.catch(() => undefined);
    if (!options.detached) return { attachment: this.#attachment(exec, stdio, started, settled), started };
    await started;
    return undefined;
  }

  async resize(id: string, size: { height: number; width: number }): Promise<void> {
    const exec = this.inspect(id);
    // Clients send the size as soon as they are connected.
    await this.#starts.get(id)?.catch(() => undefined);
    if (!exec.running || !this.#starts.has(id)) throw notRunningExec(exec);
    await this.#engine.client.tasks.resizePty(exec.container, id, size).catch((error: unknown) => {
      throw isProcessGone(error) ? notRunningExec(exec) : error;
    });
  }

  async kill(id: string, { signal = 'SIGKILL', container }: { signal?: string; container?: string } = {}) {
    const number = signalNumber(signal);
    const known = this.#records.get(id);
    if (!known && container === undefined) this.inspect(id);
    await this.#starts.get(id)?.catch(() => undefined);
    if (known && !known.running) return;
    const process = { container: known?.container ?? container!, id };
    await signalExec(this.#engine, process, number);
    // Nothing waits for the end of one that an earlier pouchd has started.
    if (!known && number === sigkill) await this.#forget(process.container, id);
  }

  /** Removes what containerd has of a process that was killed. */
  async #forget(container: string, id: string): Promise<void> {
    await endOfExec(this.#engine, container, id);
    await this.#engine.client.tasks.deleteProcess(container, id).catch(() => undefined);
  }

  async #launch(
    exec: ExecRecord,
    record: ContainerRecord,
    stdio: ExecStdio,
    consoleSize: { height: number; width: number } | undefined,
  ): Promise<void> {
    const { tasks } = this.#engine.client;
    const request = { ...exec.request, ...(consoleSize && { consoleSize }) };
    const { secrets } = this.#engine;
    secrets.noteExec(exec.id, request.env ?? {}, execSecrets(request, record.draft));
    const {
      process,
      secrets: marked,
      ...planned
    } = await this.#engine.generations.use((generation) =>
      planExec(request, draftWithLinks(this.#engine, record), generation, execContext(this.#engine, record)),
    );
    secrets.noteExec(exec.id, process.env ?? [], marked);
    const outcome = { blame: secrets.blame(planned.blame, marked), degraded: secrets.data(planned.degraded) };
    Object.assign(exec, outcome);
    if (noteOutcome(record, catalogue.container.preExec.name, outcome, 'exec.'))
      void saveMarks(this.#engine, record);
    await this.#engine.execStarts.start(record.id, async () => {
      checkRunning(record);
      await tasks.exec({ containerId: record.id, execId: exec.id, process, ...stdio.paths });
      try {
        exec.pid = await tasks.start(record.id, exec.id);
      } catch (error) {
        await tasks.deleteProcess(record.id, exec.id).catch(() => {});
        throw runtimeError(error, record);
      }
    });
    emitContainer(this.#engine, `exec_start: ${shownCommand(exec.request)}`, record, { execID: exec.id });
  }

  async #settle(exec: ExecRecord, record: ContainerRecord, stdio: ExecStdio): Promise<void> {
    const { tasks } = this.#engine.client;
    const since = new Date().toISOString();
    // containerd forgets it with the task of a container that was killed.
    const { exitStatus } = (await endOfExec(this.#engine, record.id, exec.id)) ?? {
      exitStatus: killedExitCode,
    };
    const isLost = await isLostExit(this.#engine, record, { kind: 'exec', exitStatus, since });
    const exitCode = isLost ? unseenExitCode : exitStatus;
    this.#ended(exec, record, exitCode);
    emitContainer(this.#engine, 'exec_die', record, { execID: exec.id, exitCode: String(exitCode) });
    await tasks.deleteProcess(record.id, exec.id).catch(() => {});
    await stdio.close();
  }

  #failed(exec: ExecRecord, record: ContainerRecord, error: unknown): unknown {
    const code = error instanceof PouchError ? error.code : '';
    this.#ended(exec, record, code === 'PCH_COMMAND_NOT_FOUND' ? 127 : 126);
    return this.#engine.secrets.error(error);
  }

  #ended(exec: ExecRecord, container: ContainerRecord, exitCode: number): void {
    Object.assign(exec, { running: false, exitCode });
    const { args, user = '', tty = false, privileged = false } = exec.request;
    const ended = { id: exec.id, args, user, tty, privileged, exitCode };
    observeTaps(this.#engine, container, catalogue.container.postExec, { container, exec: ended });
    const forget = () => {
      this.#records.delete(exec.id);
      this.#starts.delete(exec.id);
    };
    setTimeout(forget, keptMs).unref();
  }

  #attachment(
    exec: ExecRecord,
    stdio: ExecStdio,
    started: Promise<void>,
    settled: Promise<void>,
  ): Attachment {
    const tty = exec.request.tty ?? false;
    const { tasks } = this.#engine.client;
    stdio.stdin?.once('finish', () => {
      if (tty) return;
      const ended = started.then(() => stdio.endInput());
      void ended.then(() => tasks.closeStdin(exec.container, exec.id)).catch(() => {});
    });
    return {
      tty,
      ...(stdio.stdin && { stdin: stdio.stdin }),
      output: untilSettled(stdio.output, settled),
      detach: () => void 0,
    };
  }
}

/** The end of the output says that the exit code can be asked for. */
async function* untilSettled(
  output: AsyncIterable<OutputChunk>,
  settled: Promise<void>,
): AsyncIterable<OutputChunk> {
  yield* output;
  await settled;
}

/** For events. */
function shownCommand({ args, login }: ExecRequest): string {
  return (login ? ['(login shell)', ...args] : args).join(' ');
}

function streamsOf(request: ExecRequest, detached: boolean) {
  const { tty = false, stdin = false, stdout = true, stderr = true } = request;
  return detached ? { tty, stdin: false, stdout: false, stderr: false } : { tty, stdin, stdout, stderr };
}

function notRunningExec({ id, container }: ExecRecord): PouchError {
  return new PouchError('PCH_CONFLICT', `the exec instance ${id} is not running`, {
    container,
    hint: 'a terminal has a size from the start of its process to its end',
  });
}

function checkUnstarted({ id, running, exitCode }: ExecRecord): void {
  if (!running && exitCode === undefined) return;
  throw new PouchError('PCH_CONFLICT', `the exec instance ${id} has been started before`, {
    hint: 'create a new one',
  });
}

function checkRunning(record: ContainerRecord): void {
  if (record.state.status === 'paused') throw paused(record);
  if (record.state.status !== 'running') throw notRunning(record);
}

/** The draft whose process has what its links give the container's own. */
function draftWithLinks({ store }: EngineContext, record: ContainerRecord): ContainerRecord['draft'] {
  const { draft } = record;
  const env = { ...linkedEnv(store, record), ...draft.process.env };
  return { ...draft, process: { ...draft.process, env } };
}
