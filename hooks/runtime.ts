import type { ContainerDraft } from './draft.ts';
import type { OciResources } from './oci.ts';
import type { RuntimeCapabilities } from './runtimeFeatures.ts';

/** A runtime, as a plugin provides it. */
export interface RuntimeProvider {
  /** What a request names it by. */
  name: string;
  aliases?: string[];
  /** What it is, in one sentence. */
  doc?: string;
  /** Finds the runtime on this host. Cheap: the provider keeps what it found, and looks `again` when it is asked to. */
  probe(options?: { again?: boolean }): Promise<RuntimeState>;
  /** What it can do on a host that has all it needs; {@link RuntimeState.limits} says what is missing here. */
  capabilities: RuntimeCapabilities;
  /**
   * Whether it puts containers into the v2 hierarchy of hybrid hosts, too. Without it their part of that hierarchy is
   * not mounted.
   */
  hybridCgroups?: boolean;
  /** `vm`: the container's processes and files are not the host's. Missing: `namespaces`. */
  isolation?: 'namespaces' | 'vm';
  /** containerd's runtime type: `io.containerd.runc.v2`, or the absolute path of a shim. Read after a probe. */
  containerdType: string;
  /** Options for the shim, for this container. @throws PCH_RUNTIME_UNUSABLE */
  options(draft: ContainerDraft): Promise<RuntimeOptions>;
  /** What of this draft the runtime cannot do, beyond its capabilities: a kind of volume, a size. */
  refusals?(draft: ContainerDraft): RuntimeRefusal[] | Promise<RuntimeRefusal[]>;
  /**
   * The last change of the draft before the spec is created, for the needs of this runtime. Returns warnings for
   * what it has left out.
   */
  adaptSpec?(draft: ContainerDraft): string[] | void | Promise<string[] | void>;
  /** Names of capabilities that it fails on: an exec with all privileges goes without them. Called after a probe. */
  unknownCapabilities?(): Promise<readonly string[]>;
  /**
   * Bytes of memory of the virtual machine that this container runs in, beyond what limits of containers add to it;
   * undefined where that is not known. For runtimes with the isolation `vm`.
   */
  machineMemory?(draft: ContainerDraft): Promise<number | undefined>;
  /**
   * The annotations of a container that gets these limits: those that adaptSpec derived from the old limits follow
   * them. Missing: annotations do not depend on limits.
   */
  resizedAnnotations?(
    draft: Readonly<ContainerDraft>,
    resources: OciResources,
  ): Promise<ContainerDraft['annotations']>;
  /**
   * For a shim that reports 0 for a process whose end it has not seen: whether a line of the shim's log says so of the
   * container's command, or of an exec in it. containerd copies that log to its own. Missing or undefined: 0 is always
   * the process's own exit code.
   */
  lostExitSign?(
    container: string,
    kind: 'command' | 'exec',
  ): Promise<((line: string) => boolean) | undefined>;
  /**
   * Host pid of the container's init, for a runtime whose task has another one (a monitor's); called when the task is
   * created. Missing: the task's pid is init's.
   */
  initPid?(id: string): Promise<number>;
}

/** Options as the shim of a runtime takes them. */
export type RuntimeOptions = RuncOptions | ShimOptions;

/** `containerd.runc.v1.Options`: for runtimes with runc's command line. */
export interface RuncOptions {
  /** Absolute. */
  binaryName: string;
  root?: string;
  systemdCgroup?: boolean;
  /** Owner of the pipes that the container's streams are, on the host; root when it is missing. */
  ioUid?: number;
  ioGid?: number;
}

/** `runtimeoptions.v1.Options` of containerd, for every other shim. */
export interface ShimOptions {
  /** Name of the message: shims of kata 1.x know only the one with `cri.` before it. */
  message: 'runtimeoptions.v1.Options' | 'cri.runtimeoptions.v1.Options';
  /** What the shim finds in `configBody`; some need it with a `configPath` too (`io.containerd.runsc.v1.options`). */
  typeUrl?: string;
  /** Absolute path of the runtime's own configuration file. */
  configPath?: string;
  /** Its content instead of a path. */
  configBody?: string;
}

/** What a runtime's probe found on the host. */
export interface RuntimeState {
  usable: boolean;
  path: string;
  version: string;
  /** Why it is not usable, and how to fix it. */
  problem?: string;
  /** What this host or this version lacks: reasons by feature, over {@link RuntimeProvider.capabilities}. */
  limits?: Partial<Record<keyof RuntimeCapabilities, string>>;
  /** What was looked at, for `pouch runtime inspect` and `pouch doctor`. */
  findings?: RuntimeFinding[];
}

/** One thing that a runtime needs of the host. */
export interface RuntimeFinding {
  /** `KVM`, `shim`, … */
  name: string;
  ok: boolean;
  /** What was found. */
  found: string;
  /** Commands that fix it. */
  mend?: string;
}

/** Something in a draft that the runtime cannot do. */
export interface RuntimeRefusal {
  /** With the fields of a request as {@link field} writes them. */
  what: string;
  reason: string;
}
