import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { RuntimeProvider } from '../../../hooks/runtime.ts';
import type {
  ContainerStats,
  InterfaceCounters,
  StatsOptions,
  StatsSample,
  TaskUsage,
} from '../../../hooks/stats.ts';
import { cgroup2Usage } from '../../host/cgroup2Usage.ts';
import { cgroupVersion } from '../../host/detect.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { requireOf } from '../task/requireFeature.ts';
import { interfacesIn, interfacesOf } from './interfaces.ts';
import { isUp } from '../../state/status.ts';
import { isVm } from '../vm/isVm.ts';

/** Between two samples of a stream, in milliseconds. */
const beatMs = 1000;
/** A second sample that comes sooner says little of the CPU. */
const leastGapMs = 500;

/** Needs no lock. A container that does not run is reported too, without samples. */
export async function* stats(
  engine: EngineContext,
  record: ContainerRecord,
  { stream, oneShot = false }: StatsOptions,
  signal: AbortSignal,
): AsyncGenerator<ContainerStats> {
  if (isUp(record)) await requireOf(engine, record, 'stats');
  let before = stream || oneShot ? undefined : await sample(engine, record);
  if (before) await nextBeat(signal);
  do {
    const now = await sample(engine, record);
    yield { id: record.id, name: record.name, ...(now && { now }), ...(now && before && { before }) };
    before = now;
    if (stream) await nextBeat(signal);
  } while (stream && !signal.aborted && engine.store.has(record.id));
}

async function sample(engine: EngineContext, record: ContainerRecord): Promise<StatsSample | undefined> {
  if (!isUp(record)) return undefined;
  const [reading, networks, own, machineMemory] = await Promise.all([
    engine.metrics.read(record.id),
    interfaces(engine, record),
    ownUsage(engine, record),
    runtimeOf(engine, record)?.machineMemory?.(record.draft),
  ]);
  if (!reading) return undefined;
  const usage = own ?? reading.usage;
  const memory = { ...usage.memory, limitBytes: usage.memory.limitBytes ?? machineMemory };
  return { ...usage, memory, readAt: reading.readAt.toISOString(), host: reading.host, networks };
}

/** The task of a virtual machine is its shim or hypervisor, which is in the host's network. */
async function interfaces(
  engine: EngineContext,
  record: ContainerRecord,
): Promise<Record<string, InterfaceCounters>> {
  const { network } = record.draft.namespaces;
  if (network === undefined) return {};
  const isMachine = isVm(engine, record);
  return await (isMachine ? interfacesIn(engine.netns, network) : interfacesOf(record.state.pid));
}

function runtimeOf({ generations }: EngineContext, { draft }: ContainerRecord): RuntimeProvider | undefined {
  return generations.current.runtimes.get(draft.runtime);
}

/**
 * Where the task is a monitor: on cgroup v2 that has a cgroup beside the container's, by the rule against internal
 * processes.
 */
async function ownUsage(engine: EngineContext, record: ContainerRecord): Promise<TaskUsage | undefined> {
  const hasMonitor = runtimeOf(engine, record)?.initPid !== undefined;
  if (!hasMonitor || cgroupVersion() === '1') return undefined;
  return await cgroup2Usage(join('/sys/fs/cgroup', record.draft.cgroupsPath));
}

/** All streams meet at the same moments of the clock, so that they share a call. */
function nextBeat(signal: AbortSignal): Promise<void> {
  const now = performance.now();
  const wait = Math.ceil((now + leastGapMs) / beatMs) * beatMs - now;
  return new Promise((resolve) => {
    const timer = setTimeout(settle, wait);
    signal.addEventListener('abort', settle, { once: true });
    function settle(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
      resolve();
    }
  });
}
