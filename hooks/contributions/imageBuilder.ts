import type { Duplex, Readable } from 'node:stream';
import type { Logger } from '../defineHook.ts';
import type { RegistryAuth } from '../engine/images.ts';

/**
 * Builds images from Dockerfiles. Pouch unpacks the context, finds the base images and gives `RUN` its network; the
 * builder runs the instructions and hands over an archive. It works only in a plugin within pouchd.
 */
export interface ImageBuilder {
  /** At most 63 lower-case letters, digits, `_`, `.` or `-`, the first a letter or digit. */
  name: string;
  /** One sentence. */
  doc: string;
  /** Builders with a higher one are asked first, in whatever order their plugins are. Default: 0. */
  priority?: number;
  /** Resolves to what the host lacks for it; undefined if it can build. Asked before each build. */
  probe(): Promise<BuilderObstacle | undefined>;
  /** @throws PCH_BUILD_FAILED for an instruction that fails, PCH_DOCKERFILE_INVALID */
  build(build: ImageBuild, context: BuilderContext): Promise<BuiltImage>;
  /** What it keeps between builds. Called only if its directory exists. */
  cache?(context: BuilderContext): Promise<BuildCacheRecord[]>;
  /** Removes of it what is asked for, and nothing that a build uses. */
  prune(context: BuilderContext, prune: BuildPrune): Promise<PrunedCache>;
  /** Why it cannot do a build that another builder may do. Undefined if it can. */
  refuses?(wishes: BuildWishes): BuilderObstacle | undefined;
  /**
   * Runs the daemon that serves its builds, until the signal of the context aborts, and calls `ready` once it can be
   * used. Pouch calls it before a build, and ends it when nobody has used it for a while.
   */
  runDaemon?(context: DaemonContext, ready: () => void): Promise<void>;
  /** Serves a connection of a client that speaks BuildKit’s protocols, until it ends. The daemon runs meanwhile. */
  connect?(connection: BuilderConnection, context: DaemonContext): Promise<void>;
  /** Reports to such a client why the daemon cannot be used. Resolves when the client has left. */
  refuse?(connection: BuilderConnection, error: Error): Promise<void>;
  /** Builds what a client has in its session. Resolves to the id of the image. */
  solve?(solve: SessionBuild, context: DaemonContext): Promise<string>;
}

/** A result that a builder keeps. Times are milliseconds since 1970. */
export interface BuildCacheRecord {
  readonly id: string;
  readonly parents: readonly string[];
  /** `regular`, `source.local`, `exec.cachemount`, … */
  readonly type: string;
  readonly description: string;
  readonly isInUse: boolean;
  readonly isShared: boolean;
  /** Bytes. */
  readonly size: number;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  readonly usageCount: number;
}

/** What of a cache is removed. */
export interface BuildPrune {
  /** Also what other records share, and images that BuildKit has built in. */
  readonly all: boolean;
  /** Only what was not used since then, in milliseconds since 1970. */
  readonly unusedSince?: number;
  /** Only as much as is needed to have no more than these bytes. */
  readonly keepBytes?: number;
}

/** What a prune has removed. */
export interface PrunedCache {
  readonly ids: readonly string[];
  /** Bytes that are free again. */
  readonly bytes: number;
}

/** What builders do not all have. */
export interface BuildWishes {
  /** As in BuildOptions. */
  readonly network?: string;
  readonly limits: BuildLimits;
  /** Images of registries, by full references, whose cache the build may use. */
  readonly cacheFrom?: readonly string[];
  /** Where the build leaves its cache. */
  readonly cacheTo?: readonly BuildCacheTarget[];
}

/** Where a build leaves its cache for builds of other hosts. */
export interface BuildCacheTarget {
  /** Full reference of an image in a registry; missing: in the image that is built. */
  readonly reference?: string;
  /** `max`: also of stages that the image does not consist of. */
  readonly mode: 'min' | 'max';
}

/** A connection that a client has made with `Upgrade: h2c`. */
export interface BuilderConnection {
  /** `session`: the client serves its files and credentials. `control`: it calls the daemon. */
  readonly kind: 'session' | 'control';
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly stream: Duplex;
  readonly signal: AbortSignal;
}

/** A build whose context, secrets and credentials are in the session of a client. */
export interface SessionBuild {
  readonly session: string;
  /** Name of the build, by which the client can cancel it. */
  readonly id: string;
  /** An address that the daemon fetches the context from. Missing: the session has it. */
  readonly remote?: string;
  /** A tar that the client has sent beside its session. */
  readonly upload?: Readable;
  readonly dockerfile?: string;
  readonly target?: string;
  readonly platform?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly extraHosts: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly wishes: BuildWishes;
  /** Images whose cache it may use. */
  readonly cacheFrom: readonly string[];
  /** Full references that the image gets. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  /** Gets each message of the progress, as BuildKit encodes it. */
  trace(message: Uint8Array): void;
}

/** An image of this host. */
export interface HostImage {
  /** `sha256:…`, the digest of its configuration. */
  readonly id: string;
  /** Full references. */
  readonly names: readonly string[];
  /** Digest of its manifest. */
  readonly manifest: string;
  /** Digests of its uncompressed layers. */
  readonly diffIds: readonly string[];
}

/** What a daemon may use beside the context of a build. */
export interface DaemonContext extends BuilderContext {
  /** Starts the container whose network is that of `RUN`. Its end ends the daemon. */
  network(): Promise<BuildNetwork>;
  readonly images: {
    /** Images of this host, which a build may begin from. */
    list(): Promise<HostImage[]>;
    /** Bytes of a blob of an image; undefined if no image has it. */
    size(digest: string): Promise<number | undefined>;
    /** A part of a blob, in order. */
    read(digest: string, offset: number, size: number): AsyncIterable<Uint8Array>;
  };
  /** Stores an image, with its names. */
  store(image: BuiltImage, names: readonly string[]): Promise<void>;
}

/** Why a builder cannot work on this host. */
export interface BuilderObstacle {
  /** `buildah is not installed`. */
  problem: string;
  hint: string;
}

/** What is built. All paths are absolute and of the host. */
export interface ImageBuild extends BuildWishes {
  /** Directory of the context. */
  readonly context: string;
  /** A copy in which each base image is named by its id, `sha256:…`. */
  readonly dockerfile: string;
  /** The images that it names, and those that `COPY --from` and `RUN --mount` name. */
  readonly bases: readonly BaseImage[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Files by the ids of secrets. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly target?: string;
  /** `os/arch[/variant]`; missing: the host's. */
  readonly platform?: string;
  readonly noCache: boolean;
  /** Credentials of the client for the registries of its caches, by their host. */
  readonly auth: Readonly<Record<string, RegistryAuth>>;
  /** Starts the container of the build, whose network is that of `RUN`. Needless where nothing runs. */
  startNetwork(): Promise<BuildNetwork>;
  /** For /etc/hosts of `RUN`: address by name. Part of the network, too. */
  readonly extraHosts: Readonly<Record<string, string>>;
}

/** An image that a build starts from. */
export interface BaseImage {
  /** `sha256:…`, the digest of its configuration. */
  readonly id: string;
  /** As the Dockerfile names it. */
  readonly name: string;
  /** Writes a Docker archive of it to a new file. Resolves to the file. */
  archive(): Promise<string>;
}

/** The network of `RUN`. */
export interface BuildNetwork {
  /** File of a network namespace, `none`, or `host`. */
  readonly namespace: string;
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
  /** For /etc/hosts: address by name. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** Limits of each `RUN`. Sizes are bytes, periods microseconds. */
export interface BuildLimits {
  readonly memory?: number;
  /** With the memory; -1 for no limit. */
  readonly memorySwap?: number;
  readonly cpuShares?: number;
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
  /** Of /dev/shm. */
  readonly shmSize?: number;
  readonly ulimits?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
}

/** What a builder may use beside its arguments. */
export interface BuilderContext {
  /** Aborts when the client leaves, the container of the build is killed, or pouchd ends. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Directory of the builder's own, which stays between builds. */
  readonly directory: string;
  /** Directory of this build, which is removed at its end. */
  readonly scratch: string;
  /** Path of the cgroup for `RUN`, which does not exist yet. What it holds is killed, and it is removed, at the end. */
  readonly cgroup: string;
  /** Shows a line of the build to the client. What it resolves with waits for a client that reads slowly. */
  print(line: string): Promise<void>;
  /**
   * Runs a program of the host as root, in mount and PID namespaces of its own: all that it starts ends with it.
   * Resolves to its exit code.
   */
  run(command: BuilderCommand): Promise<number>;
}

/** A program that a builder runs. */
export interface BuilderCommand {
  /** argv; the first is the path of the program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Gets each line of its output, at most 64 KiB of one. */
  onLine?(line: string, stream: 'stdout' | 'stderr'): Promise<void> | void;
  /** Gets its stdout instead; `onLine` gets stderr. */
  onOutput?(stdout: AsyncIterable<Buffer>): Promise<void>;
}

/** What a build has made. */
export interface BuiltImage {
  /** `sha256:…`, the digest of its configuration. */
  readonly id: string;
  /** Digests of its uncompressed layers. The archive may leave out those of images of this host. */
  readonly diffIds?: readonly string[];
  /** Passes a Docker archive of it, without names, to `read`. Called only if Pouch does not have the image. */
  archive(read: (archive: AsyncIterable<Buffer>) => Promise<void>): Promise<void>;
  /** Called when Pouch has the image. */
  stored?(): Promise<void>;
}
