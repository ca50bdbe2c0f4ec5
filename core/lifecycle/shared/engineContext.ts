import type { PouchConfig } from '../../../config/types.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { AppliedKinds } from '../../apply/AppliedKinds.ts';
import type { HostEffectRecords } from '../../apply/effects/host/index.ts';
import type { DeviceCgroups } from '../../apply/deviceCgroups.ts';
import type { KindLookup, Ledger } from '../../apply/Ledger.ts';
import type { RootDisks } from '../../apply/RootDisks.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import type { FileWorkers } from '../../files/index.ts';
import type { ContainerIo } from '../../io/index.ts';
import type { NameServer } from '../../dns/NameServer.ts';
import type { PortProxy } from '../../portProxy/PortProxy.ts';
import type { HookMetrics } from '../../metrics/HookMetrics.ts';
import type { NetworkStore } from '../../networks/NetworkStore.ts';
import type { NetworkNamespaces } from '../../netns/NetworkNamespaces.ts';
import type { Planner, PlannerOptions } from '../../plan/Planner.ts';
import type { HostFiles } from '../../plan/etcFiles.ts';
import type { Deliveries } from '../../logDrivers/Deliveries.ts';
import type { GenerationHolder, HostProcesses, Operations, Sidecars } from '../../plugins/index.ts';
import type { Secrets } from '../../secrets/Secrets.ts';
import type { ContainerStore } from '../../state/ContainerStore.ts';
import type { ProcessIdentity } from '../../supervise/processIdentity.ts';
import type { Tracing } from '../../tracing/Tracing.ts';
import type { UserRanges } from '../../userns/UserRanges.ts';
import type { VolumeStore } from '../../volumes/VolumeStore.ts';
import type { AttachPoints } from './AttachPoints.ts';
import type { EventBus } from './EventBus.ts';
import type { Waiters } from './Waiters.ts';
import type { KeyedLocks } from '../../state/KeyedLocks.ts';
import type { Copies } from '../copy/Copies.ts';
import type { HealthWatches } from '../health/HealthWatches.ts';
import type { BootOrder } from '../recovery/BootOrder.ts';
import type { RestartTimers } from './RestartTimers.ts';
import type { ExecStarts } from '../exec/ExecStarts.ts';
import type { HookedImages } from '../HookedImages.ts';
import type { Timeline } from '../timeline/Timeline.ts';
import type { SnapshotSchedules } from '../snapshots/schedule/SnapshotSchedules.ts';
import type { SharedMetrics } from '../stats/SharedMetrics.ts';

/** What the verbs share. Each verb is a function of it in a file of its own. */
export interface EngineContext {
  readonly config: PouchConfig;
  readonly log: Logger;
  readonly client: ContainerdClient;
  readonly store: ContainerStore;
  readonly locks: KeyedLocks;
  readonly operations: Operations;
  readonly events: EventBus;
  /** Every output of a draft, or of an error that may quote one, goes through it. */
  readonly secrets: Secrets;
  /** What taps did to each container. */
  readonly timeline: Timeline;
  /** Sends the same to the collector of pouchd.yaml. */
  readonly tracing: Tracing;
  readonly waiters: Waiters;
  readonly files: FileWorkers;
  /** Of running containers. */
  readonly deviceCgroups: DeviceCgroups;
  /** Disks of limited size for root file systems. */
  readonly disks: RootDisks;
  readonly io: ContainerIo;
  /** The logs of containers on their way to log drivers. */
  readonly deliveries: Deliveries;
  readonly attachPoints: AttachPoints;
  readonly images: HookedImages;
  readonly netns: NetworkNamespaces;
  readonly volumes: VolumeStore;
  readonly networks: NetworkStore;
  /** Resolves names in containers. */
  readonly names: NameServer;
  /** Listens on published ports that no rule forwards. */
  readonly ports: PortProxy;
  readonly generations: GenerationHolder;
  readonly appliedKinds: AppliedKinds;
  /** Effects of the host that plugins have planned. */
  readonly hostRecords: HostEffectRecords;
  /** Processes on the host that belong to containers. */
  readonly hostProcesses: HostProcesses;
  /** The core's kinds and those of plugins. */
  readonly effectKinds: KindLookup;
  /** Host ids of containers with users of their own. */
  readonly userRanges: UserRanges;
  readonly planner: Planner;
  /** Of another planner, which asks the same of the host. */
  readonly plannerOptions: PlannerOptions;
  readonly restarts: RestartTimers;
  readonly snapshotSchedules: SnapshotSchedules;
  readonly healthWatches: HealthWatches;
  /** In which order this daemon starts containers that did not outlive the last one. */
  readonly bootOrder: BootOrder;
  readonly metrics: SharedMetrics;
  readonly hookMetrics: HookMetrics;
  readonly sidecars: Sidecars;
  /** Ids of the containers whose create has applied a part of their start: see run.ts. */
  readonly prepared: Set<string>;
  readonly execStarts: ExecStarts;
  /** Copies of files that run. */
  readonly copies: Copies;
  /** Init processes of running containers, by container id. */
  readonly inits: Map<string, ProcessIdentity>;
  /** Ids of running containers of which the OOM killer has ended a process. */
  readonly oomKilled: Set<string>;
  /**
   * Called with each container whose end is recorded. The assembly connects it to exits/afterExit.ts, so that an exit
   * does not know what follows it.
   */
  onEnded(record: ContainerRecord): Promise<void>;
  hostFiles(): Promise<HostFiles>;
  /** Content of a file of an image; empty if it has none. */
  imageText(imageId: string, path: string): Promise<string>;
  /** A container's ledger, restored from its journal. */
  ledgerOf(id: string): Promise<Ledger>;
  /** Path of the process of a build's container. */
  readonly pauseProgram: string;
  /** Aborts when the daemon ends. */
  readonly shutdown: AbortSignal;
}

/**
 * Runs a verb when every earlier one of the container has ended. One of those may have removed it.
 * @throws PCH_CONTAINER_NOT_FOUND
 */
export async function underLock<T>(
  engine: EngineContext,
  { id }: ContainerRecord,
  verb: string,
  work: () => Promise<T>,
): Promise<T> {
  return await asOperation(engine, id, verb, async () => {
    engine.store.get(id);
    return await work();
  });
}

/** Runs a verb with the container's lock, on one generation of the plugins from its begin to its end. */
export async function asOperation<T>(
  { locks, operations, generations }: Pick<EngineContext, 'locks' | 'operations' | 'generations'>,
  id: string,
  verb: string,
  work: () => Promise<T>,
): Promise<T> {
  return await operations.run(verb, id, () => locks.run(id, verb, () => generations.use(work)));
}

/** Runs one verb over a container's ledger; its file is closed at the end. */
export async function withLedger<T>(
  engine: EngineContext,
  id: string,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = await engine.ledgerOf(id);
  try {
    return await work(ledger);
  } finally {
    engine.appliedKinds.note(id, ledger.effects());
    ledger.close();
  }
}

/** Emits an event of a container, with Docker's names. */
export function emitContainer(
  engine: EngineContext,
  action: string,
  { id, name, draft }: ContainerRecord,
  more: Record<string, string> = {},
): void {
  const labels = engine.secrets.data(draft.labels, ['labels'], draft);
  const attributes = { ...labels, image: draft.image.reference, name, ...more };
  engine.events.emit({ type: 'container', action, id, attributes });
}
