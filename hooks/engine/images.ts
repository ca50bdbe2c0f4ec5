import type { Readable } from 'node:stream';
import type { Descriptor, Image, ImageConfig, ImageHistoryEntry } from '../image.ts';
import type { ImagePruneFilter } from './prune.ts';
import { token } from '../token.ts';

/** Progress of a pull, load or bootstrap; one per change, at most some ten a second per item. */
export interface Progress {
  /** Digest (short) of a layer, or empty for the whole. */
  id: string;
  /**
   * Docker's words: `Pulling fs layer`, `Waiting`, `Downloading`, `Verifying Checksum`, `Download complete`,
   * `Extracting`, `Pull complete`, `Already exists`; of a push `Preparing`, `Pushing`, `Pushed`,
   * `Layer already exists`, `Mounted from REPOSITORY`.
   */
  status: string;
  current?: number;
  total?: number;
}

/** Credentials for a registry. */
export interface RegistryAuth {
  username?: string;
  password?: string;
  identityToken?: string;
  registryToken?: string;
  serverAddress?: string;
}

/** An image that a search has found. */
export interface FoundImage {
  name: string;
  description: string;
  stars: number;
  isOfficial: boolean;
}

/** What a registry has under a reference. */
export interface RemoteImage {
  descriptor: Descriptor;
  /** Of an index, or of the image's configuration. */
  platforms: { os: string; architecture: string; variant?: string }[];
}

/** How a registry is asked. */
export interface RegistryOptions {
  auth?: RegistryAuth;
  signal?: AbortSignal;
}

/** A tag that was pushed. */
export interface PushedImage {
  tag: string;
  /** Of the manifest or index. */
  digest: string;
  /** Bytes of the manifest or index. */
  size: number;
}

/** What the image of an imported root file system gets. */
export interface ImportOptions {
  /** Without one, the image has no name. */
  reference?: string;
  /** `os/arch[/variant]`; missing: the host's. */
  platform?: string;
  /** Command, variables and more. */
  config?: ImageConfig['config'];
  /** Of its history. */
  comment?: string;
}

/** The image of an imported root file system. */
export interface ImportedImage {
  image: Image;
  /** What was left out, and files with rights that a user should know about; a sentence each. */
  notes: string[];
}

/** The image that is made of a container. */
export interface CommitOptions {
  /** Without one, the image has no name. */
  reference?: string;
  author?: string;
  /** Of its history. */
  comment?: string;
  /** Freeze a container that runs while its files are copied. Default: true. */
  pause?: boolean;
  /** Laid over the configuration of the container. */
  config?: ImageConfig['config'];
}

/** The engine's images. */
export interface Images {
  /**
   * Finds an image by reference, id or id prefix; never pulls.
   * @throws PCH_IMAGE_NOT_FOUND, PCH_IMAGE_DAMAGED
   */
  get(ref: string, platform?: string): Promise<Image>;
  /** Damaged images too. */
  list(): Promise<Image[]>;
  /** Fetches an image, from the sources of plugins or its registry, and unpacks it. */
  pull(
    ref: string,
    options?: {
      platform?: string;
      auth?: RegistryAuth;
      onProgress?: (p: Progress) => void;
      signal?: AbortSignal;
    },
  ): Promise<Image>;
  /**
   * Sends an image to the registry in its name, or with `allTags` each tag of the repository. Resolves to what was
   * pushed.
   * @throws PCH_IMAGE_NOT_FOUND, PCH_IMAGE_INVALID, PCH_REGISTRY_*, PCH_DIGEST_MISMATCH
   */
  push(
    ref: string,
    options?: {
      allTags?: boolean;
      auth?: RegistryAuth;
      onProgress?: (p: Progress) => void;
      signal?: AbortSignal;
    },
  ): Promise<PushedImage[]>;
  /** Checks that a registry accepts credentials; they are not stored. @throws PCH_REGISTRY_* */
  authenticate(auth: RegistryAuth, signal?: AbortSignal): Promise<void>;
  /** Lists the tags of a repository at its registry. @throws PCH_IMAGE_NOT_FOUND, PCH_REGISTRY_* */
  remoteTags(repository: string, options?: RegistryOptions): Promise<string[]>;
  /** Looks an image up at its registry, without a pull. @throws PCH_IMAGE_NOT_FOUND, PCH_REGISTRY_* */
  remote(ref: string, options?: RegistryOptions): Promise<RemoteImage>;
  /** Searches a registry: `TERM` or `HOST/TERM`. @throws PCH_REGISTRY_* */
  search(term: string, options: RegistryOptions & { limit: number }): Promise<FoundImage[]>;
  /** Adds a reference to an image; another image that has it loses it. @throws PCH_IMAGE_NOT_FOUND */
  tag(source: string, target: string): Promise<void>;
  /**
   * Removes one reference, or by id all of them; the content is removed with the last. Resolves to what was removed,
   * as in Docker's response.
   */
  remove(ref: string, options?: { force?: boolean }): Promise<{ untagged: string[]; deleted: string[] }>;
  /** OCI layout or Docker archive (tar, also gzip, bzip2, xz or zstd). Resolves to the loaded images. */
  load(archive: Readable, onProgress?: (p: Progress) => void): Promise<Image[]>;
  /**
   * Makes an image from the tar of a root file system, also compressed with gzip, bzip2, xz or zstd, without its device
   * nodes.
   * @throws PCH_IMPORT_INVALID, PCH_IMPORT_TOO_LARGE
   */
  import(
    tar: Readable,
    options: ImportOptions,
    onProgress?: (p: Progress) => void,
    signal?: AbortSignal,
  ): Promise<ImportedImage>;
  /** A tar that is both an OCI layout and a Docker archive. */
  save(refs: string[]): Promise<Readable>;
  /**
   * Bytes of each layer on the disk, as unpacked, the base first; empty for an image that is not unpacked.
   * @throws PCH_IMAGE_NOT_FOUND
   */
  layerSizes(ref: string): Promise<number[]>;
  /** The steps that built an image, the newest first. @throws PCH_IMAGE_NOT_FOUND */
  history(ref: string): Promise<ImageHistory[]>;
  /** Makes a base image from a distribution's packages. */
  bootstrap(
    options: { reference: string; suite: string; include: string[]; mirror?: string },
    onProgress?: (p: Progress) => void,
    signal?: AbortSignal,
  ): Promise<Image>;
  /** Removes the images that no container uses, by default only those without a name. */
  prune(filter?: ImagePruneFilter): Promise<{ deleted: string[]; reclaimed: number }>;
}

/** Token of the engine's images, for `inject`. */
export const Images = token<Images>('images');

/** A step of an image's history, with its layer. */
export interface ImageHistory extends ImageHistoryEntry {
  /** The layer's descriptor; undefined for empty layers. */
  layer?: Descriptor;
}
