import type { Effect } from './effects.ts';
import type { ImageConfig } from './image.ts';
import type {
  NamespaceType,
  OciDeviceRule,
  OciIdMapping,
  OciIntelRdt,
  OciResources,
  OciSeccomp,
} from './oci.ts';
import type { LogRequest, NetworkRequest, PortRequest, RestartPolicy } from './request.ts';

/**
 * The draft of a container: plain data keyed by identity, changed by plan hooks one after another. The engine diffs it
 * before and after each tap (that diff is the blame), and makes OCI's arrays from it at the end.
 */
export interface ContainerDraft {
  /** 64 hex digits; fixed before the first hook. */
  readonly id: string;
  readonly name: string;
  readonly image: DraftImage;
  /** Name of the runtime; set by selection after `container.preCreate`, fixed in `container.spec`. */
  runtime: string;
  /** Full id of the container in whose virtual machine it runs; missing: what its runtime makes is its own. */
  vmOf?: string;
  process: DraftProcess;
  rich: DraftRich;
  hostname: string;
  domainname: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  rootfs: { readonly: boolean; propagation: string };
  /** By destination. */
  mounts: Record<string, DraftMount>;
  /** By path in the container. */
  devices: Record<string, DraftDevice>;
  /** Names of devices by CDI, `VENDOR/CLASS=NAME`, whose edits the plugin `cdi` makes. */
  cdiDevices: Record<string, true>;
  /** Cache and memory bandwidth class; missing: the host's own. */
  intelRdt?: OciIntelRdt;
  /** Device cgroup rules by a name of their own, applied in the order of insertion after the defaults. */
  deviceRules: Record<string, OciDeviceRule>;
  /** By type; a path joins an existing namespace, an empty string makes a new one; a missing type is the host's. */
  namespaces: Partial<Record<NamespaceType, string>>;
  uidMappings: OciIdMapping[];
  gidMappings: OciIdMapping[];
  sysctls: Record<string, string>;
  maskedPaths: Record<string, true>;
  readonlyPaths: Record<string, true>;
  /** `default` is Pouch's profile for the draft's capabilities, null is unconfined. */
  seccomp: OciSeccomp | 'default' | null;
  resources: OciResources;
  /** Path from the hierarchy's root: `/pouch/ID`; a scope (`/pouch.slice/pouch-ID.scope`) is made by systemd. */
  cgroupsPath: string;
  network: DraftNetwork;
  /** Host names for /etc/hosts, address by name. */
  extraHosts: Record<string, string>;
  stop: { signal: string; timeoutSeconds: number };
  restart: RestartPolicy;
  log: LogRequest;
  autoRemove: boolean;
  /** OCI hooks by a name of their own. */
  ociHooks: Record<string, { kind: string; path: string; args?: string[]; env?: string[]; timeout?: number }>;
  /** Files written into the container's own directory and bind-mounted read-only or read-write, by destination. */
  files: Record<string, DraftFile>;
  /** Host effects by key; those that attach a network interface have the keys of networkEffectKey. */
  effects: Record<string, Effect>;
}

export interface DraftImage {
  readonly reference: string;
  readonly id: string;
  readonly config: ImageConfig;
  /**
   * Reads the image's files without a container: for "does /sbin/init exist?". Follows links inside the image only.
   * Answers undefined for what is not there.
   */
  stat(path: string): Promise<ImageFile | undefined>;
}

export interface ImageFile {
  /** The path after links. */
  path: string;
  kind: 'file' | 'directory' | 'other';
  /** Permission bits. */
  mode: number;
}

export interface DraftProcess {
  /** The image's or the request's entrypoint; the command follows it. */
  entrypoint: string[];
  command: string[];
  env: Record<string, string>;
  cwd: string;
  /** `user[:group]`, resolved against the image's /etc/passwd when the OCI spec is made. */
  user: string;
  groups: string[];
  tty: boolean;
  openStdin: boolean;
  stdinOnce: boolean;
  consoleSize?: { height: number; width: number };
  /** `CAP_…` in all sets but the ambient one. */
  capabilities: Record<string, true>;
  /** By `RLIMIT_…`. */
  rlimits: Record<string, { soft: number; hard: number }>;
  noNewPrivileges: boolean;
  oomScoreAdj?: number;
  /** Runs Pouch's small init as PID 1. */
  init: boolean;
  privileged: boolean;
}

export interface DraftRich {
  enabled: boolean;
  mode: string;
  initScript: string;
}

export interface DraftMount {
  type: string;
  source: string;
  options: string[];
}

export interface DraftDevice {
  /** Where the host has it, if it has another path there. */
  hostPath?: string;
  type: 'c' | 'b' | 'p';
  major: number;
  minor: number;
  fileMode?: number;
  uid?: number;
  gid?: number;
  /** cgroup access: `rwm`. */
  access: string;
}

export interface DraftNetwork {
  /** `bridge`, `none`, `host`, `container:FULLID`. */
  mode: string;
  /** By `containerPort/protocol@hostIp:hostPort`. */
  ports: Record<string, PortRequest>;
  dns: string[];
  dnsSearch: string[];
  dnsOptions: string[];
  request: NetworkRequest;
}

export interface DraftFile {
  content: string;
  /** Permission bits. */
  mode: number;
  readonly: boolean;
}

/** The draft of one `exec`. */
export interface ExecDraft {
  readonly container: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  user: string;
  tty: boolean;
  privileged: boolean;
  capabilities: Record<string, true>;
}
