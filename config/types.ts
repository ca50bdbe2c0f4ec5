import type { FailurePolicy } from '../hooks/defineHook.ts';

/**
 * The configuration of pouchd as the rest of the program sees it: decoded, complete (every default filled in)
 * and checked. Durations are milliseconds, sizes are bytes, file paths are absolute.
 *
 * What each setting means is told once, by its `doc` in `schema/`; the compiler holds the two together.
 */
export interface PouchConfig {
  readonly apiVersion: 'pouch/v1';
  readonly root: string;
  readonly state: string;
  readonly listen: readonly ListenAddress[];
  /** Name or gid of the group that may use the Unix sockets; null: root alone. */
  readonly socketGroup: string | null;
  readonly containerd: ContainerdConfig;
  readonly runtime: RuntimeConfig;
  readonly userns: UsernsConfig;
  readonly cdi: {
    /** Absolute paths; what is in a later one takes precedence. */
    readonly specDirs: readonly string[];
  };
  readonly network: NetworkConfig;
  readonly files: {
    /** Milliseconds that a look at a path of the host or of a container may take. */
    readonly timeout: number;
  };
  readonly cgroupParent: string;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
  readonly containerLogs: ContainerLogsConfig;
  readonly images: ImagesConfig;
  /** Milliseconds between a container's stop signal and SIGKILL. */
  readonly stopTimeout: number;
  /** Milliseconds that pouchd gives running operations when it ends. */
  readonly shutdownTimeout: number;
  /** Bytes of a container's /dev/shm. */
  readonly shmSize: number;
  /** By rlimit name without RLIMIT_, lower case: `nofile`. */
  readonly defaultUlimits: Readonly<Record<string, Ulimit>>;
  readonly plugins: readonly PluginEntry[];
}

/** Who the users of containers are on the host. */
export interface UsernsConfig {
  /** Of plain containers that do not say it themselves. */
  readonly default: 'host' | 'auto';
  /** Of rich ones. */
  readonly rich: 'host' | 'auto';
  /** `auto`: host ids that containers get their own ranges from, both ends included. */
  readonly range: IdRange;
}

export interface IdRange {
  readonly first: number;
  readonly last: number;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'text' | 'json';

/** An address the API is served on; `url` is its form in pouchd.yaml. */
export type ListenAddress =
  { readonly kind: 'unix'; readonly url: string; readonly path: string } | TcpListener;

/**
 * It has `tls` with `ca`, a `tokenFile`, or both, and then a client needs both; or it is `insecure`. Other hosts are served
 * with `tls` only.
 */
export interface TcpListener {
  readonly kind: 'tcp';
  readonly url: string;
  /** IPv4 or IPv6, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls?: ListenTls;
  /** Absolute path. */
  readonly tokenFile?: string;
  /** Every local user may use it. */
  readonly insecure?: boolean;
}

/** Absolute paths of PEM files. */
export interface ListenTls {
  readonly cert: string;
  readonly key: string;
  /** Present: clients need a certificate that one of these has signed. */
  readonly ca?: string;
}

export interface ContainerdConfig {
  /** True: pouchd starts and supervises its own containerd. False: it uses the one at `address`. */
  readonly managed: boolean;
  /** Path of containerd's gRPC socket. */
  readonly address: string;
  /** Absolute path, or a name that is looked up in PATH. */
  readonly binary: string;
  readonly namespace: string;
  readonly snapshotter: string;
  /** Milliseconds. */
  readonly startTimeout: number;
}

export interface RuntimeConfig {
  readonly default: string;
  /** Who makes the cgroups of containers. */
  readonly cgroupDriver: 'cgroupfs' | 'systemd';
  /** Milliseconds that a runtime may take to make or start a container. */
  readonly startTimeout: number;
  /** Runtimes beyond those of plugins, by name. */
  readonly add: Readonly<Record<string, AddedRuntime>>;
  /** The first that fits chooses. */
  readonly rules: readonly RuntimeRule[];
}

/** A runtime that needs no plugin. It has either a `binary` (runc's command line) or a `shim` (of its own). */
export interface AddedRuntime {
  /** Absolute path or name of an executable with runc's command line. */
  readonly binary?: string;
  /** containerd's runtime type, such as io.containerd.runsc.v1. */
  readonly shim?: string;
  /** shim: absolute path of the runtime's own configuration file. */
  readonly config?: string;
  /** shim: name of the options message that the shim looks for. */
  readonly typeUrl?: string;
  readonly aliases?: readonly string[];
  /** Names of features that it lacks. */
  readonly lacks?: readonly string[];
}

export interface RuntimeRule {
  readonly when: RuntimeCondition;
  /** Name of the runtime. */
  readonly use: string;
}

/** All that is given must hold. */
export interface RuntimeCondition {
  /** Pattern of the image's reference; `*` stands for any text. */
  readonly image?: string;
  /** `KEY` or `KEY=VALUE`; `*` in the value stands for any text. */
  readonly label?: string;
  /** Whether it is rich, or its rich mode. */
  readonly rich?: boolean | string;
}

export interface NetworkConfig {
  readonly default: 'bridge' | 'none' | 'host';
  /** Name of the bridge interface. */
  readonly bridge: string;
  /** IPv4 CIDR in network form, such as 172.29.0.0/16. */
  readonly subnet: string;
  readonly binDir: readonly string[];
  readonly mtu: number;
  readonly ipMasq: boolean;
  readonly hairpin: boolean;
  /** What containers on the bridge are kept from. */
  readonly isolation: 'none' | 'addresses' | 'containers';
  readonly publishAddress: string;
  /** Empty: the host's name servers. */
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
}

export interface ContainerLogsConfig {
  /** Bytes; 0: no limit. */
  readonly maxSize: number;
  readonly maxFile: number;
}

export interface ImagesConfig {
  readonly defaultRegistry: string;
  /** Registry host[:port] to the base URLs that are asked before it, in order. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  readonly plainHttp: readonly string[];
  readonly insecureTls: readonly string[];
  readonly dockerConfig: string;
  readonly maxParallelDownloads: number;
  /** Milliseconds without a byte until a download is tried again. */
  readonly idleTimeout: number;
  /** Bytes per second; 0 for no minimum. */
  readonly minimumRate: number;
  /** Milliseconds over which the rate is measured. */
  readonly minimumRateWindow: number;
  readonly retries: number;
}

/** Values as setrlimit(2) takes them; -1: unlimited. */
export interface Ulimit {
  readonly soft: number;
  readonly hard: number;
}

/** One entry of `plugins`, in the order of the file. It has either a `name` (built in) or a `path` (a file). */
export interface PluginEntry {
  readonly name?: string;
  /** Absolute: a relative path in the file counts from the file's directory. */
  readonly path?: string;
  readonly enabled: boolean;
  /** As in the file; the plugin's own schema checks them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Milliseconds; absent: the deadline of each hook point. */
  readonly timeout?: number;
  /** Absent: the policy of each hook point. */
  readonly onError?: FailurePolicy;
}
