import type { Duplex, Readable } from 'node:stream';
import type {
  BuildCacheRecord,
  BuildCacheTarget,
  BuilderConnection,
  BuilderObstacle,
  BuildLimits,
  BuildPrune,
  PrunedCache,
  SessionBuild,
} from '../contributions/imageBuilder.ts';
import { token } from '../token.ts';
import type { Progress, RegistryAuth } from './images.ts';

/** How an image is built. */
export interface BuildOptions {
  /** Path of the Dockerfile in the context. Missing: `Dockerfile`. */
  dockerfile?: string;
  /** References that the image gets. */
  names?: readonly string[];
  buildArgs?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
  /** The stage that is built. Missing: the last one. */
  target?: string;
  /** `os/arch[/variant]`; missing: the host's. */
  platform?: string;
  /** Run every instruction again. */
  noCache?: boolean;
  /** Pull base images that the host has, too. */
  pull?: boolean;
  /** Network of `RUN`: `bridge`, `none`, `host`, `container:ID`, or the name of a network. Missing: the default one. */
  network?: string;
  /** For /etc/hosts of `RUN`: address by name. */
  extraHosts?: Readonly<Record<string, string>>;
  limits?: BuildLimits;
  /** References of images in registries whose cache the build may use, where the builder can. */
  cacheFrom?: readonly string[];
  /** Where the build leaves its cache, where the builder can. */
  cacheTo?: readonly BuildCacheTarget[];
  /** Files of `RUN --mount=type=secret`, by id, in base64. They are in no image, log or error. */
  secrets?: Readonly<Record<string, string>>;
  /** Credentials for the registries of base images and caches, by their host. */
  auth?: Readonly<Record<string, RegistryAuth>>;
}

/** What a build reports: text, or the progress of a pull. */
export type BuildMessage = { readonly text: string } | Progress;

/** Builds images from Dockerfiles. */
export interface Builds {
  /**
   * Builds an image of a context, a tar, also compressed with gzip, bzip2, xz or zstd. Resolves to the id of the image.
   * @throws PCH_BUILD_FAILED, PCH_DOCKERFILE_INVALID, PCH_TOOL_MISSING, PCH_BODY_TOO_LARGE, PCH_ARCHIVE_INVALID,
   *   PCH_COPY_REFUSED, and errors of pulls
   */
  build(
    context: Readable,
    options: BuildOptions,
    report?: (message: BuildMessage) => Promise<void> | void,
    signal?: AbortSignal,
  ): Promise<string>;
  /**
   * Builds what a client has in its session with BuildKit. Resolves to the id of the image.
   * @throws PCH_NOT_SUPPORTED, PCH_TOOL_MISSING without BuildKit, PCH_BUILD_FAILED
   */
  solve(build: SessionBuild): Promise<string>;
  /**
   * Serves a connection of a client of BuildKit until it ends. Calls `accept` once, where the host has BuildKit.
   * @throws PCH_NOT_SUPPORTED before it
   */
  connect(connection: Omit<BuilderConnection, 'stream'>, accept: () => Duplex): Promise<void>;
  /** Resolves to what lacks for `solve` and `connect`; undefined if they work. */
  sessionObstacle(): Promise<BuilderObstacle | undefined>;
  /** What builders keep between builds. */
  cache(): Promise<BuildCacheRecord[]>;
  /** Removes of it what is asked for. Default: all that no build uses. */
  prune(prune?: BuildPrune): Promise<PrunedCache>;
}

/** Token of the engine's builds, for `inject`. */
export const Builds = token<Builds>('builds');
