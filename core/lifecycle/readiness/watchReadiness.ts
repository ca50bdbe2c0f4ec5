import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { isProbed } from '../../../hooks/healthcheck.ts';
import { type BootReadiness, healthOf } from '../../../hooks/readiness.ts';
import { isUp } from '../../state/status.ts';
import { cpuTimeMs } from '../../host/cpuTime.ts';
import { pause } from '../../wait/pause.ts';
import { runInContainer } from '../exec/runInContainer.ts';
import { emitContainer, type EngineContext } from '../shared/engineContext.ts';
import { keepRecord } from '../shared/keepRecord.ts';
import { untilQuiet } from './untilQuiet.ts';
import { parseReadiness, type ProbeResult } from './parseReadiness.ts';

/** Milliseconds for one call of a probe, which may wait for the end of the boot. */
const probeDeadlineMs = 30_000;
/** Milliseconds for which an init that reports the end of its boot is not asked. */
const longestBootMs = 5_000;
/** Milliseconds between the first probes of a boot, and between the later ones: they double up to the last value. */
const [firstPauseMs, longestPauseMs] = [200, 5_000];
/** Milliseconds between the probes after the boot. */
const settledPauseMs = 60_000;

/**
 * Follows how far the boot of a rich container is, until it ends. Never throws. A daemon that has been restarted
 * continues with what the record says.
 */
export function watchReadiness(engine: EngineContext, record: ContainerRecord): void {
  if (!record.draft.rich.readiness) return;
  record.state.readiness ??= { state: 'starting', failedUnits: [], since: record.state.startedAt };
  const watching = engine.operations.apart(() => follow(engine, record, record.state.startedAt));
  watching.catch((error: unknown) => {
    engine.log.error('readiness of a container', { container: record.id, error: messageOf(error) });
  });
}

async function follow(engine: EngineContext, record: ContainerRecord, startedAt: string): Promise<void> {
  const isSameRun = () => isUp(record) && record.state.startedAt === startedAt && engine.store.has(record.id);
  // A daemon that starts again does not look into all its containers at once.
  let pauseMs = isSettled(record) ? settledPauseMs : 0;
  for (;;) {
    if (pauseMs === 0) await untilBooted(engine, record);
    else await pause(pauseMs, engine.shutdown);
    if (engine.shutdown.aborted || !isSameRun()) return;
    if (record.state.status !== 'running') continue;
    const found = await probe(engine, record);
    if (engine.shutdown.aborted || !isSameRun()) return;
    await note(engine, record, inTime(record, found));
    pauseMs = isSettled(record) ? settledPauseMs : nextPause(pauseMs);
  }
}

/** Resolves when the first probe of a boot is due: it would compete with the boot. */
async function untilBooted({ io, shutdown }: EngineContext, { id, draft }: ContainerRecord): Promise<void> {
  const boot = io.bootOf(id);
  if (boot) await Promise.race([boot, pause(longestBootMs, shutdown)]);
  else await untilQuiet(() => cpuTimeMs(draft.cgroupsPath), shutdown);
}

function nextPause(pauseMs: number): number {
  return pauseMs === 0 ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
}

function isSettled({ state: { readiness } }: ContainerRecord): boolean {
  return readiness !== undefined && readiness.state !== 'starting';
}

/** Undefined if that cannot be said now: the init may not listen yet. */
async function probe(engine: EngineContext, record: ContainerRecord): Promise<ProbeResult | undefined> {
  const { args } = record.draft.rich.readiness!;
  try {
    const { output } = await runInContainer(engine, record, { args, deadlineMs: probeDeadlineMs });
    return parseReadiness(output);
  } catch (error) {
    engine.log.debug('a readiness probe failed', { container: record.id, error: messageOf(error) });
    return undefined;
  }
}

/** A container that is still starting at the end of its time has failed. */
function inTime({ draft, state }: ContainerRecord, found: ProbeResult | undefined): ProbeResult | undefined {
  if (found && found.state !== 'starting') return found;
  const { withinSeconds } = draft.rich.readiness!;
  const isLate = Date.now() - Date.parse(state.startedAt) > withinSeconds * 1000;
  const isBooting = state.readiness?.state === 'starting';
  if (isBooting && isLate)
    return { state: 'failed', failedUnits: [], reason: `it was not up within ${withinSeconds} s` };
  return isBooting ? found : undefined;
}

async function note(
  engine: EngineContext,
  record: ContainerRecord,
  found: ProbeResult | undefined,
): Promise<void> {
  const before = record.state.readiness;
  if (!found) return;
  if (before && isSame(before, found)) {
    // Logins are no event, and not worth a write.
    record.state.readiness = { ...found, since: before.since };
    return;
  }
  const readiness: BootReadiness = { ...found, since: new Date().toISOString() };
  record.state.readiness = readiness;
  const health = healthOf({ readiness });
  engine.waiters.settle('ready', record.id, { exitCode: health === 'healthy' ? 0 : 1 });
  // With a health check, Docker's event is about that.
  const event = isProbed(record.draft.healthcheck)
    ? `readiness: ${readiness.state}`
    : `health_status: ${health}`;
  emitContainer(engine, event, record, {
    readiness: readiness.state,
    ...(readiness.failedUnits.length > 0 && { failedUnits: readiness.failedUnits.join(' ') }),
    ...(readiness.reason && { reason: readiness.reason }),
  });
  await engine.locks.run(record.id, 'readiness', async () => {
    if (engine.store.has(record.id)) await keepRecord(engine, record);
  });
}

function isSame(before: BootReadiness, found: ProbeResult): boolean {
  const texts = ({ failedUnits, warnings = [] }: ProbeResult) => [...failedUnits, '', ...warnings].join('\n');
  return before.state === found.state && texts(before) === texts(found) && before.reason === found.reason;
}
