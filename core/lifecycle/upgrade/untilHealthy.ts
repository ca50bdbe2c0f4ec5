import type { ContainerRecord, HealthGate } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { isUp } from '../../state/status.ts';
import { happensWithin } from '../../wait/deadline.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { pause } from '../../wait/pause.ts';
import { runInContainer } from '../exec/runInContainer.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { wait } from '../verbs/wait.ts';

/** Milliseconds that a plain container without a command for its health must run. */
const settledMs = 5_000;
/** Characters of what its health check has printed. */
const shownOutput = 200;
/** Milliseconds between two calls of the command, and for one call. */
const [commandPauseMs, commandDeadlineMs] = [500, 30_000];

/**
 * Resolves to undefined once a container that was started is healthy, else to why it is not: it has ended, or its time
 * is over. Rejects when pouchd ends.
 */
export async function untilHealthy(
  engine: EngineContext,
  record: ContainerRecord,
  gate: HealthGate,
): Promise<string | undefined> {
  const { controller, unlink } = linkedAbort(engine.shutdown);
  const exited = engine.waiters.next('exit', record.id, controller.signal).then(
    ({ exitCode }) => `it ended with exit code ${exitCode}`,
    () => undefined,
  );
  try {
    if (!isUp(record)) return `it ended with exit code ${record.state.exitCode}`;
    const verdict = await Promise.race([exited, judged(engine, record, gate, controller.signal)]);
    engine.shutdown.throwIfAborted();
    return verdict;
  } finally {
    controller.abort();
    unlink();
    await exited;
  }
}

async function judged(
  engine: EngineContext,
  record: ContainerRecord,
  gate: HealthGate,
  signal: AbortSignal,
): Promise<string | undefined> {
  const withinMs = gate.timeoutSeconds * 1000;
  const since = performance.now();
  const unready = await untilReady(engine, record, gate, signal);
  if (unready !== undefined) return unready;
  const leftMs = withinMs - (performance.now() - since);
  if (gate.command) return await untilSucceeds(engine, record, { ...gate, leftMs }, signal);
  if (record.state.health) return await untilChecked(engine, record, { ...gate, leftMs }, signal);
  if (!record.draft.rich.readiness) await pause(Math.min(settledMs, leftMs), signal);
  return undefined;
}

/** The boot of a rich container. */
async function untilReady(
  engine: EngineContext,
  record: ContainerRecord,
  { timeoutSeconds, mayBeDegraded = false }: HealthGate,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!record.draft.rich.readiness) return undefined;
  const ready = wait(engine, record, 'ready', signal).catch(() => undefined);
  if (!(await happensWithin(ready, timeoutSeconds * 1000)))
    return `it was not ready within ${timeoutSeconds} s`;
  const { state, failedUnits = [], reason } = record.state.readiness ?? { state: 'running' };
  if (state === 'running' || (state === 'degraded' && mayBeDegraded)) return undefined;
  const details = [reason, failedUnits.length > 0 && `failed: ${failedUnits.join(' ')}`].filter(Boolean);
  return [`it is ${state}`, ...details].join(', ');
}

/** Its own health check. */
async function untilChecked(
  engine: EngineContext,
  record: ContainerRecord,
  { timeoutSeconds, leftMs }: HealthGate & { leftMs: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const checked = wait(engine, record, 'healthy', signal).catch(() => undefined);
  const isKnown = await happensWithin(checked, leftMs);
  const { status, log = [] } = record.state.health ?? {};
  if (status === 'healthy') return undefined;
  const last = log.at(-1)?.output.trim().slice(0, shownOutput);
  const problem = isKnown ? 'it is unhealthy' : `it was not healthy within ${timeoutSeconds} s`;
  return last ? `${problem}: ${last}` : problem;
}

async function untilSucceeds(
  engine: EngineContext,
  record: ContainerRecord,
  { command = [], timeoutSeconds, leftMs }: HealthGate & { leftMs: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const end = performance.now() + leftMs;
  let last = 'it was not called';
  while (performance.now() < end && !signal.aborted) {
    const deadlineMs = Math.max(1, Math.min(commandDeadlineMs, end - performance.now()));
    const outcome = await runInContainer(engine, record, { args: command, deadlineMs, signal }).then(
      ({ exitCode }) => (exitCode === 0 ? undefined : `its exit code is ${exitCode}`),
      messageOf,
    );
    if (outcome === undefined) return undefined;
    last = outcome;
    await pause(commandPauseMs, signal);
  }
  return `its health command did not succeed within ${timeoutSeconds} s: ${last}`;
}
