import type { FailurePolicy } from '../hooks/defineHook.ts';
import type { PluginIsolation } from '../hooks/engine/system.ts';

/**
 * The configuration of pouchd: decoded, with all defaults, and checked. Durations are milliseconds, sizes are bytes,
 * file paths are absolute.
 *
 * The `doc` in `schema/` describes each setting; the compiler keeps both in step.
 */
export interface PouchConfig {
  readonly apiVersion: 'pouch/v1';
  readonly root: string;
  readonly state: string;
  readonly listen: readonly ListenAddress[];
  /** Name or gid of the group that may use the Unix sockets; null: root only. */
  readonly socketGroup: string | null;
  readonly authorization: {
    /** Names, or `unix:///PATH` of sockets. */
    readonly plugins: readonly string[];
    /** Milliseconds for one decision. */
    readonly timeout: number;
  };
  readonly containerd: ContainerdConfig;
  readonly runtime: RuntimeConfig;
  readonly userns: UsernsConfig;
  readonly cdi: {
    /** Absolute paths; later ones take precedence. */
    readonly specDirs: readonly string[];
  };
  readonly network: NetworkConfig;
  readonly secrets: {
    /** Patterns of names whose values are masked; `!` begins an exception. */
    readonly names: readonly string[];
  };
  readonly files: {
    /** Limit of an access to a path on the host or in a container, in milliseconds. */
    readonly timeout: number;
  };
  readonly cgroupParent: string;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
  readonly tracing: {
    /** Base URL of an OpenTelemetry collector; null: no span is sent. */
    readonly endpoint: string | null;
  };
  readonly containerLogs: ContainerLogsConfig;
  readonly registries: RegistriesConfig;
  /** Milliseconds between a container's stop signal and SIGKILL. */
  readonly stopTimeout: number;
  /** Milliseconds that pouchd waits for running operations when it stops. */
  readonly shutdownTimeout: number;
  /** Bytes of a container's /dev/shm. */
  readonly shmSize: number;
  /** Whether a change of the files is a reload. */
  readonly watchConfig: boolean;
  /** By rlimit name without RLIMIT_, lower case: `nofile`. */
  readonly defaultUlimits: Readonly<Record<string, Ulimit>>;
  readonly plugins: readonly PluginEntry[];
  /** Milliseconds for each of: loading a plugin's file, its setup, its onDispose, a start or stop of a surface. */
  readonly pluginTimeout: number;
  readonly hooksDir: string;
  /** What the host is to have, by name; as in the file, and checked by the plugin that owns the section. */
  readonly profiles: DeclaredObjects;
  readonly networks: DeclaredObjects;
  readonly volumes: DeclaredObjects;
  readonly images: DeclaredObjects;
  readonly containers: DeclaredObjects;
}

export type DeclaredObjects = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** `prefer-auto` is `auto` where it is possible, otherwise `host`. */
export type UsernsDefault = 'host' | 'auto' | 'prefer-auto';

/** User namespaces of containers. */
export interface UsernsConfig {
  /** Of plain containers whose request does not say. */
  readonly default: UsernsDefault;
  /** Of rich containers whose request does not say. */
  readonly rich: UsernsDefault;
  /** `auto`: host ids from which containers get their ranges, both ends included. */
  readonly range: IdRange;
}

export interface IdRange {
  readonly first: number;
  readonly last: number;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'text' | 'json';

/** An address of the API; `url` is its form in pouchd.yaml. */
export type ListenAddress =
  { readonly kind: 'unix'; readonly url: string; readonly path: string } | TcpListener;

/**
 * It has `tls` with `ca`, a `tokenFile`, or both, which a client then needs; or it is `insecure`. Addresses that
 * other hosts reach need `tls`.
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
  /** No authentication: every local user may connect. */
  readonly insecure?: boolean;
}

/** Absolute paths of PEM files. */
export interface ListenTls {
  readonly cert: string;
  readonly key: string;
  /** If present, clients need a certificate signed by one of these. */
  readonly ca?: string;
  /** If present, only clients whose certificates have one of these names. */
  readonly names?: readonly string[];
}

export interface ContainerdConfig {
  /** True: pouchd starts and supervises a containerd. False: it uses the one at `address`. */
  readonly managed: boolean;
  /** Path of containerd's gRPC socket. */
  readonly address: string;
  /** Absolute path, or a name to look up in PATH. */
  readonly binary: string;
  readonly namespace: string;
  readonly snapshotter: string;
  /** Milliseconds. */
  readonly startTimeout: number;
}

export interface RuntimeConfig {
  readonly default: string;
  /** What creates the cgroups of containers. */
  readonly cgroupDriver: 'cgroupfs' | 'systemd';
  /** Limit for a runtime to create or start a container, in milliseconds. */
  readonly startTimeout: number;
  /** Runtimes in addition to those of plugins, by name. */
  readonly add: Readonly<Record<string, AddedRuntime>>;
  /** The first rule that matches applies. */
  readonly rules: readonly RuntimeRule[];
}

/** A runtime without a plugin: either a `binary` with runc's command line, or a `shim`. */
export interface AddedRuntime {
  /** Absolute path or name of an executable with runc's command line. */
  readonly binary?: string;
  /** containerd's runtime type, such as io.containerd.runsc.v1. */
  readonly shim?: string;
  /** shim: absolute path of the runtime's own configuration file. */
  readonly config?: string;
  /** shim: name of the options message that the shim expects. */
  readonly typeUrl?: string;
  readonly aliases?: readonly string[];
  /** Names of unsupported features. */
  readonly lacks?: readonly string[];
}

export interface RuntimeRule {
  readonly when: RuntimeCondition;
  /** Name of the runtime. */
  readonly use: string;
}

/** All given conditions must match. */
export interface RuntimeCondition {
  /** Pattern of the image's reference; `*` matches any text. */
  readonly image?: string;
  /** `KEY` or `KEY=VALUE`; `*` in the value matches any text. */
  readonly label?: string;
  /** Whether the container is rich, or its rich mode. */
  readonly rich?: boolean | string;
}

/** A network, and what attaches containers to it. */
export interface NamedNetwork {
  /** Name of a network driver. */
  readonly driver: string;
  /** As in the file; the schema of the driver checks them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface NetworkConfig {
  /** Name of a network: one of `networks`, or a driver without options. */
  readonly default: string;
  /** By name, beside those of drivers without options. */
  readonly networks: Readonly<Record<string, NamedNetwork>>;
  /** Name of the bridge interface. */
  readonly bridge: string;
  /** IPv4 network in CIDR form, such as 172.29.0.0/16. */
  readonly subnet: string;
  readonly binDir: readonly string[];
  readonly mtu: number;
  readonly ipMasq: boolean;
  readonly hairpin: boolean;
  /** Isolation of containers on the bridge. */
  readonly isolation: 'rich' | 'none' | 'addresses' | 'containers';
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

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** Paths of PEM files. */
export interface RegistryCertificates {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface RegistriesConfig {
  readonly defaultRegistry: string;
  /** Registry host[:port] to the base URLs of its mirrors, tried first and in order. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  readonly plainHttp: readonly string[];
  readonly insecureTls: readonly string[];
  /** By registry host[:port], before those of `certificatesDirectory`. */
  readonly certificates: Readonly<Record<string, RegistryCertificates>>;
  /** Has a directory per registry host[:port]. */
  readonly certificatesDirectory: string;
  readonly dockerConfig: string;
  /** By registry host[:port]. */
  readonly credentials: Readonly<Record<string, RegistryCredentials>>;
  readonly maxParallelDownloads: number;
  readonly maxParallelUploads: number;
  /** Milliseconds without data until a download is retried. */
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

/** What the process of a plugin may use. */
export interface PluginLimits {
  /** Bytes. */
  readonly memory?: number;
  /** CPUs, such as 0.5. */
  readonly cpus?: number;
  /** Processes and threads. */
  readonly pids?: number;
}

/** Patterns of arguments of an effect, by name: each argument that the kind limits must match one. */
export type EffectRule = Readonly<Record<string, readonly string[]>>;

/** Any effect of a kind, or those that match one of the rules. */
export type EffectGrant = true | readonly EffectRule[];

/** Methods of a service that a plugin may call; `true`: all of them. */
export type ServiceGrant = true | readonly string[];

/** What a sidecar of a confined plugin may have beyond its plugin. */
export interface SidecarGrant extends PluginLimits {
  /** Another user of the host. */
  readonly user?: string;
  /** The namespaces of the host. */
  readonly host?: boolean;
  readonly network?: boolean;
  /** To outlive pouchd. */
  readonly keep?: boolean;
}

/** What root may start for a runtime of a confined plugin: one of `binary` and `shim`. */
export interface RuntimeGrant {
  /** Absolute path of a program with runc's command line. */
  readonly binary?: string;
  /** containerd's type of a shim. */
  readonly shim?: string;
  /** Absolute paths of configuration files that the shim may get. */
  readonly config?: readonly string[];
  /** Patterns of annotations that the plugin may set for it. */
  readonly annotations?: readonly string[];
}

/** Files and directories of the host, with what is below them. */
export interface PathGrants {
  readonly read?: readonly string[];
  /** To be read too. */
  readonly write?: readonly string[];
}

/** What a confined plugin may do to the host. */
export interface PluginGrants {
  readonly paths?: PathGrants;
  /** Values of secrets in what it reads, instead of a mask. */
  readonly secrets?: boolean;
  /** The network of the host, instead of a loopback interface of its own. */
  readonly network?: boolean;
  /** By effect kind. */
  readonly effects?: Readonly<Record<string, EffectGrant>>;
  /** By service. */
  readonly services?: Readonly<Record<string, ServiceGrant>>;
  /** By the name of the sidecar. */
  readonly sidecars?: Readonly<Record<string, SidecarGrant>>;
  /** By the name of the runtime. */
  readonly runtimes?: Readonly<Record<string, RuntimeGrant>>;
}

/** An entry of `plugins`: either a `name` (built-in plugin) or a `path` (file). */
export interface PluginEntry {
  readonly name?: string;
  /** Absolute; relative paths in the file are resolved from the file's directory. */
  readonly path?: string;
  /** It only plans, beside the plugin that serves under its name, and changes nothing. */
  readonly shadow?: boolean;
  /** Absent: `process` for a file, `in-process` for a built-in plugin. */
  readonly isolation?: PluginIsolation;
  /** What its process may do. */
  readonly grants?: PluginGrants;
  /** Variables of its process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The user of its process, by name or number. */
  readonly user?: string;
  /** Limits of its process and of all that it starts. */
  readonly limits?: PluginLimits;
  readonly enabled: boolean;
  /** As in the file; checked by the plugin's schema. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Milliseconds; absent: the deadline of each hook point. */
  readonly timeout?: number;
  /** Absent: the policy of each hook point. */
  readonly onError?: FailurePolicy;
}
