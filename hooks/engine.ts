import type { Readable, Writable } from 'node:stream';
import type { ContainerDraft } from './draft.ts';
import type { Descriptor, Image, ImageConfig, ImageHistoryEntry } from './image.ts';
import type { BlameEntry, Degradation, Plan } from './plan.ts';
import type { RuntimeFinding } from './runtime.ts';
import type { RuntimeFeature } from './runtimeFeatures.ts';
import type { ContainerStats, StatsOptions } from './stats.ts';
import type { ContainerRequest, ResourceRequest, RestartPolicy } from './request.ts';

/** What surfaces (HTTP API, CRI, …) and plugins call. `ref` is a container's name, id or unambiguous id prefix. */
export interface Engine {
  readonly containers: Containers;
  readonly checkpoints: Checkpoints;
  readonly execs: Execs;
  readonly images: Images;
  readonly volumes: Volumes;
  readonly events: Events;
  readonly system: System;
}

export type ContainerStatus =
  'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface ContainerState {
  status: ContainerStatus;
  /** Host pid of PID 1; 0 when it does not run. */
  pid: number;
  exitCode: number;
  oomKilled: boolean;
  /** Why the last start failed; empty otherwise. */
  error: string;
  /** RFC 3339 with nanoseconds as containerd tells them; empty before the first start. */
  startedAt: string;
  finishedAt: string;
}

/** A container as the store holds it; also the content of its config.json. */
export interface ContainerRecord {
  id: string;
  name: string;
  createdAt: string;
  request: ContainerRequest;
  /** The draft after the last hook, without its functions. */
  draft: ContainerDraft;
  state: ContainerState;
  restartCount: number;
  /** The user has stopped it by hand: `unless-stopped` leaves it stopped. */
  stoppedByUser: boolean;
  degraded: Degradation[];
  warnings: string[];
  /** Who set what in updates since: the last of each field. */
  updates?: BlameEntry[];
  /** What the start-stage effects answered, by effect key: `network.eth0` → addresses. */
  attachments: Record<string, unknown>;
  /** Absolute paths of the files bound into the container. */
  paths: { directory: string; log: string; hosts: string; hostname: string; resolvConf: string };
}

/** What `attachments[key]` holds for a network interface (the result of a network plugin's effect). */
export interface NetworkAttachment {
  network: string;
  interface: string;
  mac?: string;
  ip?: string;
  prefixLength?: number;
  gateway?: string;
  /** As asked, with free ports filled in. */
  ports: { containerPort: number; protocol: string; hostIp: string; hostPort: number }[];
  /** The raw CNI result (CNI spec, section 5), if a CNI plugin made it. */
  cni?: object;
}

export interface OutputChunk {
  stream: 'stdout' | 'stderr';
  data: Buffer;
}

export interface LogEntry extends OutputChunk {
  /** RFC 3339 with nanoseconds. */
  time: string;
}

export interface LogQuery {
  stdout: boolean;
  stderr: boolean;
  follow: boolean;
  /** Entries from the end; undefined for all. */
  tail?: number;
  /** Unix seconds, with a fraction. */
  since?: number;
  until?: number;
}

export interface AttachOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  /** Earlier output first. */
  logs: boolean;
}

/** A client's connection to the streams of a container or an exec instance. */
export interface Attachment {
  tty: boolean;
  /** Undefined if stdin was not asked for or the container has none. Ending it closes the container's stdin (not with a tty). */
  stdin?: Writable;
  /** Ends after the process has exited and all of its output was read. */
  output: AsyncIterable<OutputChunk>;
  /** Leaves; the container goes on. */
  detach(): void;
}

/** A container that is made and on its way up. */
export interface Run {
  id: string;
  warnings: string[];
  attachment: Attachment;
  /** Settles with the start. A failure of it is no unhandled rejection: the streams end with it too. */
  started: Promise<void>;
}

export interface ContainerFilter {
  all?: boolean;
  /** The newest N, of all states. */
  limit?: number;
  /** Docker's filters: `status`, `name`, `id`, `label`, `ancestor`, `exited`, `network`, `volume`, `before`, `since`, … */
  filters?: Record<string, string[]>;
}

export interface Containers {
  /** The pure half of create: touches nothing. */
  plan(request: ContainerRequest): Promise<Plan>;
  create(request: ContainerRequest): Promise<{ id: string; warnings: string[] }>;
  /** Creates and starts one with a client at its streams: faster than the calls one by one. */
  run(request: ContainerRequest, streams: AttachOptions): Promise<Run>;
  /** From a checkpoint its processes go on where they were. */
  start(ref: string, options?: { checkpoint?: string }): Promise<void>;
  /** Sends the stop signal, waits, then SIGKILL. Succeeds for a stopped container (answers false). */
  stop(ref: string, options?: { timeoutSeconds?: number; signal?: string }): Promise<boolean>;
  restart(ref: string, options?: { timeoutSeconds?: number; signal?: string }): Promise<void>;
  kill(ref: string, signal?: string): Promise<void>;
  remove(ref: string, options?: { force?: boolean; volumes?: boolean }): Promise<void>;
  rename(ref: string, name: string): Promise<void>;
  /**
   * New limits, and a restart policy: at once for a container that runs, from the next start on for another. A failure
   * leaves the old ones.
   */
  update(ref: string, request: UpdateRequest): Promise<{ warnings: string[] }>;
  pause(ref: string): Promise<void>;
  unpause(ref: string): Promise<void>;
  /** Answers when the condition holds. `removed` waits for the removal. */
  wait(
    ref: string,
    condition: 'not-running' | 'next-exit' | 'removed',
    signal?: AbortSignal,
  ): Promise<{ exitCode: number; error?: string }>;
  /** Never waits for a lock. */
  list(filter?: ContainerFilter): ContainerRecord[];
  inspect(ref: string): ContainerRecord;
  /** Bytes: what the container wrote, and with the image under it. */
  usage(ref: string): Promise<{ writable: number; total: number }>;
  /** The stored plan: spec, effects, blame. */
  storedPlan(ref: string): Promise<StoredPlan>;
  /** Blame of one field and below, or of all. */
  explain(ref: string, field?: string): Promise<BlameEntry[]>;
  attach(ref: string, options: AttachOptions): Promise<Attachment>;
  logs(ref: string, query: LogQuery, signal?: AbortSignal): AsyncIterable<LogEntry>;
  resize(ref: string, size: { height: number; width: number }): Promise<void>;
  /** The container's processes, host pids. */
  top(ref: string): Promise<{ pid: number; command: string }[]>;
  /** What it uses; never waits for a lock. */
  stats(ref: string, options: StatsOptions, signal: AbortSignal): AsyncIterable<ContainerStats>;
  /** Removes every stopped container that matches; answers their ids. */
  prune(filters?: Record<string, string[]>): Promise<string[]>;
}

/** What changes; what is not named stays as it is. */
export interface UpdateRequest {
  /** -1 takes a limit of processes away; --cpus takes the place of quota and period, and they of it. */
  resources?: ResourceRequest;
  restart?: RestartPolicy;
}

/** plan.json: what `plan` answered when the container was made. */
export type StoredPlan = Omit<Plan, 'draft'>;

/** What criu has written of a container's processes, to start it from. */
export interface Checkpoints {
  /** Ends the container unless `leaveRunning`; it runs on if this fails. */
  create(ref: string, name: string, options?: { leaveRunning?: boolean }): Promise<void>;
  list(ref: string): Promise<string[]>;
  remove(ref: string, name: string): Promise<void>;
}

export interface ExecRequest {
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  user?: string;
  tty?: boolean;
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  privileged?: boolean;
  consoleSize?: { height: number; width: number };
}

export interface ExecRecord {
  id: string;
  container: string;
  request: ExecRequest;
  running: boolean;
  /** Undefined while it runs. */
  exitCode?: number;
  pid: number;
}

export interface Execs {
  create(ref: string, request: ExecRequest): Promise<string>;
  /** Starts it; `detached` answers no attachment. */
  start(
    id: string,
    options: { detached: boolean; consoleSize?: { height: number; width: number } },
  ): Promise<Attachment | undefined>;
  resize(id: string, size: { height: number; width: number }): Promise<void>;
  inspect(id: string): ExecRecord;
}

/** Progress of a pull, load or bootstrap; one per change, at most some ten a second per item. */
export interface Progress {
  /** Digest (short) of a layer, or empty for the whole. */
  id: string;
  /** Docker's words: `Pulling fs layer`, `Waiting`, `Downloading`, `Verifying Checksum`, `Download complete`, `Extracting`, `Pull complete`, `Already exists`. */
  status: string;
  current?: number;
  total?: number;
}

export interface RegistryAuth {
  username?: string;
  password?: string;
  identityToken?: string;
  registryToken?: string;
  serverAddress?: string;
}

export interface Images {
  /**
   * Finds an image by reference, id or id prefix; never pulls.
   * @throws PCH_IMAGE_NOT_FOUND
   */
  get(ref: string, platform?: string): Promise<Image>;
  list(): Promise<Image[]>;
  pull(
    ref: string,
    options?: {
      platform?: string;
      auth?: RegistryAuth;
      onProgress?: (p: Progress) => void;
      signal?: AbortSignal;
    },
  ): Promise<Image>;
  tag(source: string, target: string): Promise<void>;
  /** Removes one reference, or with an id all of them; the content goes with the last. Answers Docker's list. */
  remove(ref: string, options?: { force?: boolean }): Promise<{ untagged: string[]; deleted: string[] }>;
  /** OCI layout or Docker archive (tar, also gzip or zstd). Answers what was loaded. */
  load(archive: Readable, onProgress?: (p: Progress) => void): Promise<Image[]>;
  /** A tar that is both an OCI layout and a Docker archive. */
  save(refs: string[]): Promise<Readable>;
  history(ref: string): Promise<ImageHistory[]>;
  /** Makes a base image from a distribution's packages. */
  bootstrap(
    options: { reference: string; suite: string; include: string[]; mirror?: string },
    onProgress?: (p: Progress) => void,
    signal?: AbortSignal,
  ): Promise<Image>;
  prune(filters?: Record<string, string[]>): Promise<{ deleted: string[]; reclaimed: number }>;
}

export interface ImageHistory extends ImageHistoryEntry {
  /** The layer's descriptor; undefined for empty layers. */
  layer?: Descriptor;
}

export interface Volume {
  name: string;
  mountpoint: string;
  createdAt: string;
  labels: Record<string, string>;
}

export interface Volumes {
  create(options: { name?: string; labels?: Record<string, string> }): Promise<Volume>;
  list(): Promise<Volume[]>;
  inspect(name: string): Promise<Volume>;
  remove(name: string, options?: { force?: boolean }): Promise<void>;
  prune(): Promise<string[]>;
}

export interface EngineEvent {
  type: 'container' | 'image' | 'volume' | 'network' | 'daemon';
  /** Docker's words: `create`, `start`, `die`, `stop`, `kill`, `destroy`, `rename`, `pull`, `tag`, `untag`, `delete`, … */
  action: string;
  /** Id of the object (an image's reference). */
  id: string;
  attributes: Record<string, string>;
  /** Nanoseconds since the epoch. */
  timeNano: bigint;
}

export interface Events {
  emit(event: Omit<EngineEvent, 'timeNano'>): void;
  /** Past events that are still held (some hundred), then live ones until the signal aborts. */
  subscribe(options: { since?: number; until?: number; signal: AbortSignal }): AsyncIterable<EngineEvent>;
}

export interface SystemInfo {
  id: string;
  version: string;
  containers: { total: number; running: number; paused: number; stopped: number };
  images: number;
  root: string;
  state: string;
  cgroupParent: string;
  /** `cgroupfs`. */
  cgroupDriver: string;
  cgroupVersion: '1' | '2';
  kernel: string;
  operatingSystem: string;
  /** As uname(2) has it: `x86_64`. */
  architecture: string;
  cpus: number;
  memory: number;
  hostname: string;
  runtimes: Record<string, { path: string }>;
  defaultRuntime: string;
  containerd: { version: string; address: string; managed: boolean };
  plugins: PluginStatus[];
  warnings: string[];
  time: string;
}

export interface PluginStatus {
  name: string;
  /** `built-in` or the file. */
  source: string;
  state: 'active' | 'disabled' | 'quarantined';
  /** Why it is quarantined. */
  error?: string;
  hooks: string[];
}

/** One running operation, for `pouch ops`. */
export interface Operation {
  container: string;
  verb: string;
  since: string;
  waiting: number;
}

/** A runtime, and what it can do on this host. */
export interface RuntimeInfo {
  name: string;
  aliases: string[];
  /** What it is, in one sentence. */
  doc: string;
  isolation: 'namespaces' | 'vm';
  /** containerd's runtime type. */
  type: string;
  isDefault: boolean;
  /** How many containers have it. */
  containers: number;
  usable: boolean;
  /** Empty if it was not found. */
  path: string;
  version: string;
  /** Why it is not usable, and what mends it. */
  problem?: string;
  features: { feature: RuntimeFeature; doc: string; supported: boolean; reason?: string }[];
  /** What was looked at on the host. */
  findings: RuntimeFinding[];
}

export interface System {
  info(): Promise<SystemInfo>;
  version(): Promise<{
    version: string;
    commit: string;
    builtAt: string;
    containerd: string;
    runtimes: Record<string, string>;
    node: string;
    kernel: string;
    /** As images have it: `amd64`. */
    architecture: string;
  }>;
  ops(): Operation[];
  /** Every runtime there is, usable or not. */
  runtimes(): Promise<RuntimeInfo[]>;
}

export type { ImageConfig };
