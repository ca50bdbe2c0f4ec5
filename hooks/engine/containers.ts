import type { CompleteOptions } from '../profile.ts';
import type { Readable } from 'node:stream';
import type { EffectStage } from '../effects.ts';
import type { BlameEntry, CheckedPlan, Plan, PlanOptions } from '../plan.ts';
import type { ResourceRequest } from '../limits.ts';
import type {
  ContainerRequest,
  RestartPolicy,
  DeviceRequest,
  PublishedPort,
  VolumeRequest,
} from '../request.ts';
import type { ContainerStats, StatsOptions } from '../stats.ts';
import type { TimelineOperation } from '../timeline.ts';
import type { ArchiveReceiver, ContainerArchive, ExtractOptions, PathStat, RootChange } from './copies.ts';
import type { PruneFilter } from './prune.ts';
import type { PlanChange, ReconcileOptions, Reconciliation } from './reconcile.ts';
import type { ContainerService, ServiceAction } from '../richServices.ts';
import type { ContainerRecord } from './record.ts';
import type { CommitOptions } from './images.ts';
import type { Rollback, Upgrade, UpgradeOptions } from './upgrade.ts';
import type { AttachOptions, Attachment, LogEntries, LogQuery, Run } from './streams.ts';
import { token } from '../token.ts';

/** Which containers `list` returns; every condition must hold. */
export interface ContainerFilter {
  all?: boolean;
  /** The newest N, of all states. */
  limit?: number;
  /**
   * Docker's filters: `status`, `name`, `id`, `label`, `ancestor`, `exited`, `network`, `volume`, `before`, `since`,
   * …
   */
  filters?: Record<string, string[]>;
}

/** The engine's containers. A reference is a name, an id or a prefix of an id. */
export interface Containers {
  /**
   * The pure half of create, and what a create or a start would fail with: changes nothing. Rejects where no plan can
   * be made.
   */
  plan(request: ContainerRequest, options?: PlanOptions): Promise<CheckedPlan>;
  /**
   * Returns the request with what its profiles add, as the record of the container would have it.
   * @throws PCH_PROFILE_NOT_FOUND, PCH_PROFILE_INVALID
   */
  complete(request: ContainerRequest, options?: CompleteOptions): ContainerRequest;
  /** Plans and creates a container; it is started by `start`. */
  create(request: ContainerRequest, options?: CompleteOptions): Promise<{ id: string; warnings: string[] }>;
  /** Creates and starts one, with a client at its streams if these are given: faster than the calls one by one. */
  run(request: ContainerRequest, streams?: AttachOptions): Promise<Run>;
  /** From a checkpoint, its processes continue where they were. */
  start(ref: string, options?: { checkpoint?: string }): Promise<void>;
  /** Sends the stop signal, waits, then sends SIGKILL. Resolves to false for a container that does not run. */
  stop(ref: string, options?: { timeoutSeconds?: number; signal?: string }): Promise<boolean>;
  /** Stops a container, if it runs, and starts it. */
  restart(ref: string, options?: { timeoutSeconds?: number; signal?: string }): Promise<void>;
  /**
   * Has the init of a rich container reboot, and starts it again, whatever its restart policy. After the time of a
   * stop it is killed first.
   * @throws PCH_INIT_CANNOT, PCH_CONTAINER_NOT_RUNNING
   */
  reboot(ref: string, options?: { timeoutSeconds?: number }): Promise<void>;
  /**
   * Has the init of a rich container power off: it stays off, whatever its restart policy. After the time of a stop it
   * is killed.
   * @throws PCH_INIT_CANNOT, PCH_CONTAINER_NOT_RUNNING
   */
  poweroff(ref: string, options?: { timeoutSeconds?: number }): Promise<void>;
  /** Sends a signal to the first process, SIGKILL by default. @throws PCH_CONTAINER_NOT_RUNNING */
  kill(ref: string, signal?: string): Promise<void>;
  /** Removes a container, its files, and what its effects changed on the host. */
  remove(ref: string, options?: RemoveOptions): Promise<void>;
  /** Gives a container another name. @throws PCH_NAME_IN_USE */
  rename(ref: string, name: string): Promise<void>;
  /**
   * New limits, a restart policy, labels, annotations and variables: limits at once for a container that runs, from the
   * next start on for another. A failure leaves the old ones.
   */
  update(ref: string, request: UpdateRequest): Promise<{ warnings: string[] }>;
  /**
   * Plans a container again that was planned without a plugin, and applies what the new plan changes, as far as its
   * state lets it.
   * @throws PCH_RECONCILE_REFUSED
   */
  reconcile(ref: string, options?: ReconcileOptions): Promise<Reconciliation>;
  /**
   * What a new plan would change in a container because plugins, or settings of pouchd.yaml for every container, are
   * others than when it was planned. Changes nothing, and waits for no verb of the container.
   * @throws PCH_RECONCILE_REFUSED if a plugin that has planned it is missing now
   */
  outdated(ref: string): Promise<PlanChange[]>;
  /** A digest of what `outdated` depends on beside the container: of plugins and settings, without built-in code. */
  planBasis(): string;
  /**
   * Mounts a path of the host or a volume: at once in a container that runs, and at each start. Only `bind` and
   * `volume` can be added, and the volume does not get what the image has there.
   * @throws PCH_OPTION_INVALID, PCH_CONFLICT, PCH_RUNTIME_CANNOT
   */
  addMount(ref: string, volume: VolumeRequest): Promise<{ warnings: string[] }>;
  /**
   * Takes a mount away that the container was given; its data stays. `force`: also while processes use it, which keep
   * what they have open.
   * @throws PCH_MOUNT_NOT_FOUND, PCH_MOUNT_BUSY, PCH_CONFLICT, PCH_RUNTIME_CANNOT
   */
  removeMount(ref: string, destination: string, options?: { force?: boolean }): Promise<void>;
  /**
   * Gives a container a device of the host: at once in one that runs, and at each start.
   * @throws PCH_OPTION_INVALID, PCH_CONFLICT, PCH_RUNTIME_CANNOT, PCH_NOT_SUPPORTED
   */
  addDevice(ref: string, device: DeviceRequest): Promise<{ warnings: string[] }>;
  /**
   * Takes a device away that the container was given; processes keep what they have open. `path` is that in the
   * container.
   * @throws PCH_DEVICE_NOT_FOUND, PCH_CONFLICT, PCH_RUNTIME_CANNOT, PCH_NOT_SUPPORTED
   */
  removeDevice(ref: string, path: string): Promise<void>;
  /**
   * Publishes a port on a host port: at once in a container that runs, and at each start.
   * @throws PCH_OPTION_INVALID, PCH_PORT_IN_USE, PCH_CONFLICT, PCH_NOT_SUPPORTED
   */
  addPort(ref: string, port: PublishedPort): Promise<{ warnings: string[] }>;
  /**
   * Publishes a port of a container no longer; connections that exist continue.
   * @throws PCH_PORT_NOT_FOUND, PCH_CONFLICT, PCH_NOT_SUPPORTED
   */
  removePort(ref: string, port: PublishedPort): Promise<void>;
  /**
   * Gives a container another image. It keeps its id, name, networks, volumes and host ids, and paths of its root file
   * system. One that runs is restarted; if it is not healthy in time, it has its old image again.
   * @throws PCH_IMAGE_NOT_FOUND, PCH_UPGRADE_REFUSED, PCH_UPGRADE_UNHEALTHY, PCH_DISK_FULL
   */
  upgrade(ref: string, options: UpgradeOptions): Promise<Upgrade>;
  /**
   * Returns to what the container was before its upgrade; a rollback of the rollback is the upgrade again.
   * @throws PCH_ROLLBACK_NOT_FOUND
   */
  rollback(ref: string): Promise<Rollback>;
  /** Removes what `rollback` would return to. @throws PCH_ROLLBACK_NOT_FOUND */
  forgetRollback(ref: string): Promise<void>;
  /**
   * Makes an image of what the container has written, without its volumes, and of its configuration, without secrets.
   * Resolves to the id of the image.
   * @throws PCH_REFERENCE_INVALID, PCH_DISK_FULL, PCH_RUNTIME_CANNOT if it cannot be frozen
   */
  commit(ref: string, options?: CommitOptions): Promise<string>;
  /** Freezes all processes. @throws PCH_CONTAINER_NOT_RUNNING, PCH_CONFLICT in other states */
  pause(ref: string): Promise<void>;
  /** Resumes a paused container. @throws PCH_CONFLICT if it is not paused */
  unpause(ref: string): Promise<void>;
  /**
   * Resolves when the condition holds. `removed` waits for the removal, `ready` for the end of the boot of a rich
   * container: then the exit code is 0 if it is up with all that it was to start, else 1. `healthy` waits until its
   * health check has a result: 0 if it is healthy, else 1.
   * @throws PCH_CONFLICT for `healthy` without a health check
   */
  wait(
    ref: string,
    condition: 'not-running' | 'next-exit' | 'removed' | 'ready' | 'healthy',
    signal?: AbortSignal,
  ): Promise<{ exitCode: number; error?: string }>;
  /** Never waits for a lock. */
  list(filter?: ContainerFilter): ContainerRecord[];
  /** The record of a container. @throws PCH_CONTAINER_NOT_FOUND */
  inspect(ref: string): ContainerRecord;
  /**
   * Facts of a path of the container, whether it runs or not.
   * @throws PCH_FILE_NOT_FOUND, PCH_COPY_REFUSED for a kernel file system
   */
  statPath(ref: string, path: string, signal?: AbortSignal): Promise<PathStat>;
  /**
   * A path of the container, with what is below it. The copy lasts until its body has ended; the end of the container
   * ends it.
   * @throws PCH_FILE_NOT_FOUND, PCH_COPY_REFUSED
   */
  readArchive(ref: string, path: string, signal?: AbortSignal): Promise<ContainerArchive>;
  /**
   * The same, to the connection of a client, which gets the bytes without a detour. Without a path: the root file
   * system, as `export` has it. Resolves when the archive is complete.
   */
  sendArchive(
    ref: string,
    path: string | undefined,
    to: ArchiveReceiver,
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Extracts a tar archive, compressed or not, into a directory of the container. What was extracted before a failure
   * stays.
   * @throws PCH_FILE_NOT_FOUND, PCH_READ_ONLY, PCH_COPY_REFUSED, PCH_ARCHIVE_INVALID, PCH_CONFLICT
   */
  writeArchive(ref: string, tar: Readable, options: ExtractOptions, signal?: AbortSignal): Promise<void>;
  /**
   * What the container has changed of its image, by path, without mount points that the engine has made. Rejects with
   * PCH_COPY_REFUSED if there are more than a million changes.
   */
  changes(ref: string): Promise<RootChange[]>;
  /** The root file system of the container as a tar archive, without what is mounted over it. */
  export(ref: string, signal?: AbortSignal): Promise<Readable>;
  /** Bytes: what the container wrote, and with the image under it. */
  usage(ref: string): Promise<{ writable: number; total: number }>;
  /** The stored plan: spec, effects, blame. */
  storedPlan(ref: string): Promise<StoredPlan>;
  /** Blame of one field and below, or of all. */
  explain(ref: string, field?: string): Promise<BlameEntry[]>;
  /** Its plan, made again, with all that it was made of: the content of a recording. Without secrets. */
  record(ref: string): Promise<object>;
  /** What plugins did in its life, operation by operation. Never waits for a lock. */
  timeline(ref: string): Promise<TimelineOperation[]>;
  /** The effects that it has, or would have when it starts. Never waits for a lock. */
  effects(ref: string): Promise<ContainerEffect[]>;
  /** Why it has an effect. @throws PCH_EFFECT_NOT_FOUND */
  explainEffect(ref: string, key: string): Promise<EffectOrigin>;
  /**
   * Mounts the mounts with the option `late` of a container that runs again, in place of those that have become stale:
   * after the end of the process that serves their file system.
   * @throws PCH_CONTAINER_NOT_RUNNING
   */
  remount(ref: string): Promise<void>;
  /** Gives up a plugin's effect: what it did stays on the host, and it is not applied again. */
  dropEffect(ref: string, key: string): Promise<ContainerEffect>;
  /** Connects a client to the streams of a running container. */
  attach(ref: string, options: AttachOptions): Promise<Attachment>;
  /**
   * Connects a client to the console of a rich container: what its init has printed last, and then what it prints. The
   * output is that of a terminal.
   * @throws PCH_INIT_CANNOT for a plain container, PCH_CONTAINER_NOT_RUNNING
   */
  console(ref: string): Promise<Attachment>;
  /** Sets the size of that console, in characters. */
  resizeConsole(ref: string, size: { height: number; width: number }): Promise<void>;
  /**
   * Connects to a TCP port in the network of a running container, as one of its processes would: to `localhost` or to
   * an address. Output has the stream `stdout`; ending `stdin` ends one direction, `detach` both.
   * @throws PCH_CONNECT_FAILED, PCH_CONTAINER_NOT_RUNNING, PCH_NOT_SUPPORTED with the network of the host, and in a
   * virtual machine
   */
  connect(ref: string, target: { host: string; port: number }): Promise<Attachment>;
  /** What the container wrote, the oldest entry first. */
  logs(ref: string, query: LogQuery, signal?: AbortSignal): LogEntries;
  /**
   * The services of a rich container, or the one of that name. Asks its init.
   * @throws PCH_INIT_CANNOT, PCH_UNIT_NOT_FOUND, PCH_CONTAINER_NOT_RUNNING
   */
  services(ref: string, name?: string): Promise<ContainerService[]>;
  /**
   * Starts, stops, restarts, enables or disables a service. A caller that no longer waits does not end what its init
   * has begun.
   * @throws PCH_INIT_CANNOT, PCH_UNIT_NOT_FOUND, PCH_UNIT_FAILED, PCH_CONTAINER_NOT_RUNNING
   */
  controlService(ref: string, name: string, action: ServiceAction, signal?: AbortSignal): Promise<void>;
  /** Sets the size of the terminal, in characters. */
  resize(ref: string, size: { height: number; width: number }): Promise<void>;
  /** The container's processes, host pids. */
  top(ref: string): Promise<{ pid: number; command: string }[]>;
  /** What it uses; never waits for a lock. */
  stats(ref: string, options: StatsOptions, signal: AbortSignal): AsyncIterable<ContainerStats>;
  /** Removes every stopped container that matches; returns their ids. */
  prune(filter?: PruneFilter): Promise<string[]>;
}

/** Token of the engine's containers, for `inject`. */
export const Containers = token<Containers>('containers');

/** An effect of a container. */
export interface ContainerEffect {
  key: string;
  kind: string;
  stage: EffectStage;
  /** `unfinished`: its apply has begun and did not return. */
  state: 'planned' | 'unfinished' | 'applied';
  /** `core` or the plugin; undefined if it is not known any more. */
  plugin?: string;
  /** What it does now, of one that may change by itself, such as a process: `running (pid 12)`. */
  status?: string;
  /** What it does to the host. */
  sentence: string;
}

/** An effect, and why the container has it. */
export interface EffectOrigin extends ContainerEffect {
  args: Record<string, unknown>;
  /** Keys of the effects that are applied before. */
  needs: string[];
  /** RFC 3339: since when it is applied. */
  since?: string;
  /** Who has set it, or a part of it. */
  blame: BlameEntry[];
}

/** Options of a removal. */
export interface RemoveOptions {
  /** Ends it first if it runs. */
  force?: boolean;
  /** Removes its anonymous volumes too. */
  volumes?: boolean;
}

/** What changes; what is not named stays as it is. */
export interface UpdateRequest {
  /** -1 takes a limit of processes away; `nanoCpus` takes the place of quota and period, and they of it. */
  resources?: ResourceRequest;
  restart?: RestartPolicy;
  /** Bytes; a disk cannot shrink. */
  diskQuota?: number;
  /** At once, as the next; undefined removes one. */
  labels?: Record<string, string | undefined>;
  /** From the next start on. */
  annotations?: Record<string, string | undefined>;
  /** Of the command from the next start on, of processes that are started in the container from now on. */
  env?: Record<string, string | undefined>;
}

/** plan.json: the plan of the container as it was created. */
export type StoredPlan = Omit<Plan, 'draft'>;
