import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import {
  type Healthcheck,
  type HealthProbe,
  type HealthState,
  isProbed,
} from '../../../hooks/healthcheck.ts';
import type { OciProcess } from '../../../hooks/oci.ts';
import { planProbe } from '../../plan/exec.ts';
import { isUp } from '../../state/status.ts';
import { pause } from '../../wait/pause.ts';
import { execContext } from '../exec/execContext.ts';
import { emitContainer, type EngineContext } from '../shared/engineContext.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { actOn } from './actOn.ts';
import { judge } from './judge.ts';
import { endLeftProbe, runProbe } from './probe.ts';
import { type HealthTiming, pauseBefore, timingOf } from './timing.ts';

/** Milliseconds between two looks at a container that is paused. */
const pausedMs = 500;

/** One run of a container whose health is watched. */
interface Watch {
  readonly check: Healthcheck;
  readonly timing: HealthTiming;
  readonly args: readonly string[];
  readonly startedAt: string;
  readonly signal: AbortSignal;
  process(): Promise<OciProcess>;
}

/**
 * Runs the health check of a container until it ends. Never throws. A daemon that has been restarted continues with
 * what the record says.
 */
export function watchHealth(
  engine: EngineContext,
  record: ContainerRecord,
  { isAdopted = false } = {},
): void {
  const { healthcheck: check } = record.draft;
  if (!isProbed(check)) {
    engine.healthWatches.end(record.id);
    delete record.state.health;
    return;
  }
  if (!isAdopted || !record.state.health) record.state.health = begun(record.state.health);
  const args = commandOf(check);
  const watched = {
    check,
    args,
    timing: timingOf(check),
    startedAt: record.state.startedAt,
    process: processOf(engine, record, args),
  };
  engine.healthWatches.begin(record.id, (signal) =>
    engine.operations.apart(() =>
      follow(engine, record, { ...watched, signal }, isAdopted).catch((error: unknown) => {
        engine.log.error('the health check of a container', {
          container: record.id,
          error: messageOf(error),
        });
      }),
    ),
  );
}

/** As with Docker, the results of earlier runs stay in the log. */
function begun(before: HealthState | undefined): HealthState {
  return { log: [], ...before, status: 'starting', failingStreak: 0 };
}

function commandOf({ test: [kind, ...words], shell = ['/bin/sh', '-c'] }: Healthcheck & { test: string[] }) {
  return kind === 'CMD-SHELL' ? [...shell, ...words] : words;
}

/** Planned by the first probe: the accounts of the container are looked up once for each run. */
function processOf(engine: EngineContext, record: ContainerRecord, args: readonly string[]) {
  let planned: OciProcess | undefined;
  return async () => (planned ??= await planProbe(args, record.draft, execContext(engine, record)));
}

async function follow(
  engine: EngineContext,
  record: ContainerRecord,
  watch: Watch,
  isAdopted: boolean,
): Promise<void> {
  if (isAdopted)
    await endLeftProbe(engine, record).catch((error: unknown) => {
      // Its name is taken, then: the next probe ends it.
      engine.log.debug('a health check was left', { container: record.id, error: messageOf(error) });
    });
  // The last daemon may have been killed before it had done so.
  if (isAdopted && record.state.health?.status === 'unhealthy') actOn(engine, record, watch);
  // A daemon that starts again does not probe all its containers at once.
  let part = isAdopted ? Math.random() : 1;
  while (isWatched(record, watch)) {
    await pause(part * nextPause(record, watch), watch.signal);
    part = 1;
    if (!isWatched(record, watch)) return;
    if (record.state.status !== 'running') {
      await pause(pausedMs, watch.signal);
      continue;
    }
    const probe = { ...watch, timeoutMs: watch.timing.timeout };
    await runProbe(engine, record, probe, (result) => note(engine, record, watch, result));
  }
}

function isWatched(record: ContainerRecord, { signal, startedAt }: Watch): boolean {
  return !signal.aborted && isUp(record) && record.state.startedAt === startedAt;
}

function nextPause({ state }: ContainerRecord, { timing }: Watch): number {
  const upMs = Date.now() - Date.parse(state.startedAt);
  return pauseBefore(timing, { isStarting: state.health?.status === 'starting', upMs });
}

function note(engine: EngineContext, record: ContainerRecord, watch: Watch, result: HealthProbe): void {
  const { health: before, readiness } = record.state;
  if (!isWatched(record, watch) || !before) return;
  const upMs = Date.parse(result.start) - Date.parse(watch.startedAt);
  // The boot of a rich container is a part of its start.
  const mayStillStart = upMs < watch.timing.startPeriod || readiness?.state === 'starting';
  const health = judge(before, result, { retries: watch.timing.retries, mayStillStart });
  record.state.health = health;
  if (health.status === before.status) return;
  emitContainer(engine, `health_status: ${health.status}`, record);
  engine.waiters.settle('health', record.id, { exitCode: health.status === 'healthy' ? 0 : 1 });
  save(engine, record);
  if (health.status === 'unhealthy') actOn(engine, record, watch);
}

/** Only changes of the status are written to the disk. Not awaited: a verb may hold the lock for long. */
function save(engine: EngineContext, record: ContainerRecord): void {
  const saved = engine.locks.run(record.id, 'health', async () => {
    if (engine.store.has(record.id)) await keepRecord(engine, record);
  });
  saved.catch((error: unknown) => {
    engine.log.error('the health of a container is not saved', {
      container: record.id,
      error: messageOf(error),
    });
  });
}
