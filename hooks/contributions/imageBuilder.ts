import type { Logger } from '../defineHook.ts';

/**
 * Builds images from Dockerfiles. Pouch unpacks the context, finds the base images and gives `RUN` its network; the
 * builder runs the instructions and hands over an archive. It works only in a plugin within pouchd.
 */
export interface ImageBuilder {
  /** At most 63 lower-case letters, digits, `_`, `.` or `-`, the first a letter or digit. */
  name: string;
  /** One sentence. */
  doc: string;
  /** Resolves to what the host lacks for it; undefined if it can build. Asked before each build. */
  probe(): Promise<BuilderObstacle | undefined>;
  /** @throws PCH_BUILD_FAILED for an instruction that fails, PCH_DOCKERFILE_INVALID */
  build(build: ImageBuild, context: BuilderContext): Promise<BuiltImage>;
  /** Removes what it keeps between builds. Resolves to the bytes that are free again. */
  prune(context: BuilderContext): Promise<number>;
}

/** Why a builder cannot work on this host. */
export interface BuilderObstacle {
  /** `buildah is not installed`. */
  problem: string;
  hint: string;
}

/** What is built. All paths are absolute and of the host. */
export interface ImageBuild {
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
  /** Starts the container of the build, whose network is that of `RUN`. Needless where nothing runs. */
  network(): Promise<BuildNetwork>;
  readonly limits: BuildLimits;
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
  /** Passes a Docker archive of it, without names, to `read`. Called only if Pouch does not have the image. */
  archive(read: (archive: AsyncIterable<Buffer>) => Promise<void>): Promise<void>;
}
