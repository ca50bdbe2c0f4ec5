/** One probe of a container's health. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { hasCode, hasNoFilesLeft, messageOf } from '../../../hooks/errors.ts';
import type { HealthProbe } from '../../../hooks/healthcheck.ts';
import type { OciProcess } from '../../../hooks/oci.ts';
import { ifFound, TaskStatus } from '../../containerd/index.ts';
import { sigkill } from '../../contract/signals.ts';
import { happensWithin } from '../../wait/deadline.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { pause } from '../../wait/pause.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import { beginningOf } from '../exec/beginningOf.ts';
import { type EngineProcess, startProcess } from '../exec/engineProcess.ts';
import { signalExec } from '../exec/signalExec.ts';
import { endOfExec } from '../exits/endOfProcess.ts';
import { emitContainer, type EngineContext } from '../shared/engineContext.ts';

/** Docker's limit of what is kept of its output. */
const mostOutput = 4096;
/** Docker's exit code of a probe that did not run to its end. */
const noExitCode = -1;
/** Milliseconds after which a start that has not returned no longer holds up others. */
const longestTurnMs = 2_000;
/** Milliseconds for the end of a process that was killed. */
const killWithinMs = 2_000;

export interface Probe {
  readonly args: readonly string[];
  /** Milliseconds until it is killed. */
  readonly timeoutMs: number;
  /** Ends it without a result. */
  readonly signal: AbortSignal;
  process(): Promise<OciProcess>;
}

/**
 * Runs it to its end, and calls `report` with its result. No result says nothing about the container's health: it
 * ended or was paused meanwhile, or containerd was away.
 */
export async function runProbe(
  engine: EngineContext,
  record: ContainerRecord,
  probe: Probe,
  report: (result: HealthProbe) => void,
): Promise<void> {
  const endTurn = await engine.healthWatches.starts.take(probe.signal);
  if (probe.signal.aborted) return endTurn();
  const start = new Date().toISOString();
  const starting = started(engine, record, probe);
  void happensWithin(starting, longestTurnMs).then(endTurn, endTurn);
  const ended = starting.then((process) => endOf(process));
  const { controller: over, unlink } = linkedAbort(probe.signal);
  const result = await untilAborted(
    Promise.race([ended, late(engine, record, probe.timeoutMs, over.signal)]),
    probe.signal,
  ).catch((error: unknown) => (probe.signal.aborted ? undefined : failed(engine, error)));
  over.abort();
  unlink();
  if (result)
    report({ start, end: new Date().toISOString(), ...result, output: engine.secrets.text(result.output) });
  // Probes of a container run one after another, so that those that hang do not pile up.
  await starting.then((process) => process.close()).catch(() => undefined);
}

type Outcome = Pick<HealthProbe, 'exitCode' | 'output'>;

async function started(
  engine: EngineContext,
  record: ContainerRecord,
  { args, process }: Probe,
): Promise<EngineProcess> {
  const id = probeId(record);
  const command = args.join(' ');
  emitContainer(engine, `exec_create: ${command}`, record, { execID: id });
  const start = () => startProcess(engine, record, { id, withStderr: true, process });
  const running = await start().catch(async (error: unknown) => {
    // Left by a pouchd that was killed.
    if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
    await endLeftProbe(engine, record);
    return await start();
  });
  emitContainer(engine, `exec_start: ${command}`, record, { execID: id });
  void running.ended.then((exitCode) =>
    emitContainer(engine, 'exec_die', record, { execID: id, exitCode: String(exitCode) }),
  );
  return running;
}

async function endOf(process: EngineProcess): Promise<Outcome> {
  const output = beginningOf(process.output, mostOutput);
  const exitCode = await process.ended;
  await process.endOutput();
  const { text, isCut } = await output;
  return { exitCode, output: isCut ? `${text}...` : text };
}

/** Resolves once its time is over. That in which the container was frozen does not count. */
async function late(
  engine: EngineContext,
  record: ContainerRecord,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Outcome> {
  do await pause(timeoutMs, signal);
  while (!signal.aborted && (await isFrozen(engine, record)));
  return { exitCode: noExitCode, output: `Health check exceeded timeout (${shownDuration(timeoutMs)})` };
}

async function isFrozen({ client }: EngineContext, { id, state }: ContainerRecord): Promise<boolean> {
  if (state.status === 'paused') return true;
  const task = await ifFound(client.tasks.get(id)).catch(() => undefined);
  return task?.status === TaskStatus.PAUSED;
}

/** As Go writes durations. */
export function shownDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    (ms / 1000) % 60,
  ];
  const shown = `${Number(seconds.toFixed(9))}s`;
  if (hours > 0) return `${hours}h${minutes}m${shown}`;
  return minutes > 0 ? `${minutes}m${shown}` : shown;
}

/** What does not say anything about the container. */
function failed({ log }: EngineContext, error: unknown): Outcome | undefined {
  const isOther = hasCode(
    error,
    'PCH_CANCELLED',
    'PCH_CONFLICT',
    'PCH_CONTAINERD_UNAVAILABLE',
    'PCH_CONTAINER_NOT_FOUND',
    'PCH_CONTAINER_NOT_RUNNING',
    'PCH_FILE_WORKER',
  );
  if (!isOther && !hasNoFilesLeft(error)) return { exitCode: noExitCode, output: messageOf(error) };
  log.debug('a health check did not run', { error: messageOf(error) });
  return undefined;
}

/** One name for all probes of a container: the next pouchd finds the one that the last has left. */
function probeId({ id }: ContainerRecord): string {
  return `health-${id}`;
}

/** Ends the probe that a pouchd has left which was killed. */
export async function endLeftProbe(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const process = { container: record.id, id: probeId(record) };
  await signalExec(engine, process, sigkill);
  await happensWithin(endOfExec(engine, process.container, process.id), killWithinMs);
  await engine.client.tasks.deleteProcess(process.container, process.id).catch(() => undefined);
}
