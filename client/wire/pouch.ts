import type { ContainerCreateResponse, ContainerWaitResponse } from './container.ts';
import type { ErrorResponse } from './error.ts';

/** Response of `POST /pouch/plan?name=&offline=&without=PLUGIN,…`; its body is that of `POST /containers/create`. */
export interface PlanResponse extends StoredPlanResponse {
  /** What a create or a start would fail with now, as it would report it. */
  findings: ErrorResponse[];
}

/** Response of `GET /pouch/containers/{id}/plan`. */
export interface StoredPlanResponse {
  /** The OCI runtime spec that the runtime gets. */
  spec: Record<string, unknown>;
  /** The spec without plugins. */
  plainSpec: Record<string, unknown>;
  effects: PlannedEffectWire[];
  blame: BlameWire[];
  degraded: DegradationWire[];
  warnings: string[];
  /** Name of the runtime. */
  runtime: string;
}

/** A change of the host in a plan. */
export interface PlannedEffectWire {
  key: string;
  kind: string;
  stage: 'create' | 'start';
  /** One sentence for users. */
  sentence: string;
  args: Record<string, unknown>;
  /** Keys of effects that must be applied first. */
  needs?: string[];
}

/** One entry of `GET /pouch/containers/{id}/effects`; the response of `DELETE …/effects/{key}`. */
export interface ContainerEffectWire {
  key: string;
  kind: string;
  stage: 'create' | 'start';
  state: 'planned' | 'unfinished' | 'applied';
  /** `core` or the plugin; missing if it is not known any more. */
  plugin?: string;
  /** What it does now, of one that may change by itself, such as a process: `running (pid 12)`. */
  status?: string;
  /** One sentence for users. */
  sentence: string;
}

/** Response of `GET /pouch/containers/{id}/effects/{key}`. */
export interface EffectOriginWire extends ContainerEffectWire {
  /** Without secrets. */
  args: Record<string, unknown>;
  /** Keys of effects that are applied before. */
  needs: string[];
  /** RFC 3339; missing if it is not applied. */
  since?: string;
  /** Who has set it, or a part of it. */
  blame: BlameWire[];
}

/** One entry of the response of `POST /pouch/effects/gc?dryrun=`: an effect on the host without a container. */
export interface EffectLeftoverWire {
  /** Full id of the container that had it. */
  container: string;
  key: string;
  kind: string;
  /** One sentence for users. */
  sentence: string;
  reason: 'no container' | 'given up';
  /** Why it could not be undone. */
  error?: string;
}

/** Who set a field of the draft. */
export interface BlameWire {
  /** Path in the draft: `process.env.HOME`, `mounts["/a.b"]`. */
  field: string;
  /** `core`, `request`, `image` or a plugin's name. */
  plugin: string;
  hook: string;
  action: 'set' | 'changed' | 'removed';
  before?: unknown;
  after?: unknown;
  /** `FILE:LINE` of the plugin's entry in the configuration. */
  origin?: string;
  /** Milliseconds of the whole tap. */
  ms: number;
}

/** A failure of a tap that degraded the container. */
export interface DegradationWire {
  plugin: string;
  hook: string;
  message: string;
}

/**
 * A control message of `POST /pouch/run`: one line of JSON in frames of type 4. `exited` or `failed` is the last; of
 * `POST /pouch/run/detached` it is `started` or `failed`.
 */
export type RunMessage =
  | { created: ContainerCreateResponse }
  | { started: true }
  | { exited: ContainerWaitResponse }
  | { failed: ErrorResponse & { status: number } };

/** Body of `POST /pouch/images/bootstrap`, which responds with a stream of {@link ProgressMessage}. */
export interface BootstrapRequest {
  /** Name of the new image: `debian:bookworm`. */
  reference: string;
  /** Release of the distribution: `bookworm`. */
  suite: string;
  /** Packages in addition to the minimal set. */
  include: string[];
  /** URL of a package mirror. */
  mirror?: string;
}

/** One entry of `GET /pouch/ops`. */
export interface OperationWire {
  /** Full id; missing for an operation that has no container yet, or is not about one. */
  container?: string;
  verb: string;
  /** RFC 3339. */
  since: string;
  /** Number of calls that wait for the container's lock. */
  waiting: number;
  /** The taps that it waits for; missing from older versions of pouchd. */
  taps?: {
    hook: string;
    plugin: string;
    /** RFC 3339; missing from older versions of pouchd. */
    since?: string;
  }[];
}

/** One entry of `GET /pouch/containers/{id}/timeline`: an operation, with what plugins did in it. */
export interface TimelineWire {
  /** `create`, `start`, `stop`, `clean up` and others. */
  verb: string;
  /** RFC 3339. */
  at: string;
  /** Milliseconds that it took, or takes so far. */
  ms: number;
  running?: true;
  /** In the order of their begin. */
  taps: TimelineTapWire[];
}

/** One call of a tap in a container's timeline. */
export interface TimelineTapWire {
  hook: string;
  plugin: string;
  /** The plugin's name, or `PLUGIN:TAP`. */
  tap: string;
  /** Milliseconds from the begin of the operation. */
  offsetMs: number;
  /** Milliseconds of all attempts together. */
  ms: number;
  /** 0: not called, its circuit breaker is open. */
  attempts: number;
  outcome: 'ok' | 'failed' | 'skipped' | 'degraded' | 'open';
  error?: string;
  log: { level: string; message: string; fields?: Record<string, unknown> }[];
  /** Lines that are not kept. */
  logLeftOut: number;
  /** Paths of fields in the draft. */
  changes: string[];
  changesLeftOut: number;
}

/** Response of `GET /pouch/info`. */
export interface PouchInfoResponse {
  id: string;
  version: string;
  containers: { total: number; running: number; paused: number; stopped: number };
  images: number;
  root: string;
  state: string;
  cgroupParent: string;
  cgroupDriver: string;
  cgroupVersion: '1' | '2';
  kernel: string;
  operatingSystem: string;
  architecture: string;
  cpus: number;
  /** Bytes. */
  memory: number;
  hostname: string;
  runtimes: Record<string, { path: string }>;
  defaultRuntime: string;
  containerd: { version: string; address: string; managed: boolean };
  plugins: PluginStatusWire[];
  warnings: string[];
  time: string;
}

/** One entry of `GET /pouch/runtimes`. */
export interface RuntimeWire {
  name: string;
  aliases: string[];
  doc: string;
  isolation: 'namespaces' | 'vm';
  /** containerd's runtime type. */
  type: string;
  isDefault: boolean;
  /** Number of containers that use it. */
  containers: number;
  usable: boolean;
  path: string;
  version: string;
  /** Why it is unusable, with the fix in brackets. */
  problem?: string;
  features: { feature: string; doc: string; supported: boolean; reason?: string }[];
  findings: { name: string; ok: boolean; found: string; mend?: string }[];
}

/** One entry of `GET /pouch/rich-modes`. */
export interface RichModeWire {
  name: string;
  /** The plugin that contributes it. */
  plugin: string;
  /** One sentence. */
  doc: string;
}

/** One entry of `GET /pouch/profiles`. */
export interface ProfileWire {
  name: string;
  /** The plugin that contributes it. */
  plugin: string;
  /** `FILE:LINE` where it is defined. */
  origin?: string;
  /** What is wrong with it: requests that name it are refused. */
  problem?: string;
  /** In the order in which they apply. Secrets are masked. */
  options: { option: string; value: unknown; origin?: string }[];
}

/** A plugin with its state. */
export interface PluginStatusWire {
  name: string;
  source: string;
  /** Where its code runs. */
  isolation: 'process' | 'in-process';
  state: 'active' | 'disabled' | 'quarantined';
  error?: string;
  hooks: string[];
  /** Names of its contributions, by contribution point: `{ verb: ['audit'] }`. */
  contributes?: Record<string, string[]>;
  /** Names of the services that it provides. */
  provides?: string[];
  /** Names of the services that it injects. */
  injects?: string[];
}
