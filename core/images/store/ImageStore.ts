import type { RegistriesConfig } from '../../../config/types.ts';
import type { Readable } from 'node:stream';
import type {
  NewEvent,
  ImageHistory,
  ImagePruneFilter,
  Images,
  Progress,
  RegistryAuth,
} from '../../../hooks/engine.ts';
import type {
  FoundImage,
  ImportOptions,
  ImportedImage,
  PushedImage,
  RegistryOptions,
  RemoteImage,
} from '../../../hooks/engine/images.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { Image } from '../../../hooks/image.ts';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import { type LayerCommit, commitLayer } from '../commit/commitLayer.ts';
import { type BuiltArchive, loadArchive, loadBuilt } from '../archive/loadArchive.ts';
import { saveArchive } from '../archive/saveArchive.ts';
import { bootstrapImage } from '../bootstrap/bootstrapImage.ts';
import { damagedImages } from './damagedImage.ts';
import { findImage } from './findImage.ts';
import { imageHistory } from '../content/imageHistory.ts';
import { importImage } from '../import/importImage.ts';
import { ImageIndex } from './ImageIndex.ts';
import type { ImageFiles } from '../files/ImageFiles.ts';
import { ImageReaders, type LayerReader } from '../files/ImageReaders.ts';
import { pruneImages } from './pruneImages.ts';
import { type ArtifactOptions, fetchArtifact } from '../pull/fetchArtifact.ts';
import { pullImage } from '../pull/pullImage.ts';
import { PullLeases } from '../pull/PullLeases.ts';
import { pushImage } from '../push/pushImage.ts';
import { startEmptying } from './startEmptying.ts';
import type { ChosenSources } from '../sources/imageSources.ts';
import { parseReference } from '../content/reference.ts';
import { authenticate } from '../registry/authenticate.ts';
import { listTags } from '../registry/listTags.ts';
import { lookUpRemote } from '../registry/lookUpRemote.ts';
import { searchImages } from '../registry/searchImages.ts';
import { minimumRateOf } from '../registry/RateGuard.ts';
import { Transport } from '../registry/Transport.ts';
import { LayerUsage } from './LayerUsage.ts';
import { type Removed, removeImage } from './removeImage.ts';
import { chainIds } from '../unpack/chainId.ts';
import { SharedWork } from '../pull/SharedWork.ts';
import type { ImageHooks, StoreContext } from './storeContext.ts';
import { tagImage } from './tagImage.ts';

export interface ImageStoreOptions {
  client: ContainerdClient;
  layers: LayerReader;
  /** The settings in force: a reload changes them. An operation keeps those of its beginning. */
  config: () => RegistriesConfig;
  /** The daemon's root, which identifies its pulls. */
  owner: string;
  /** Directory for what is being built. Nothing in it outlives pouchd. */
  scratch: string;
  /** Returns the names of the containers that use the image. */
  isInUse: (imageId: string) => string[];
  /** Called with `pull`, `tag`, `untag`, `delete`, `load` and `save` events of images. */
  emit?: (event: NewEvent) => void;
  hooks?: ImageHooks;
  /** Default: only registries. */
  sources?: (reference: string) => ChosenSources;
  log?: Logger;
}

const ignore = () => undefined;
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const noHooks: ImageHooks = { postLoad: () => Promise.resolve(), preRemove: () => Promise.resolve() };

/** The images on the host. containerd stores them. */
export class ImageStore implements Images {
  readonly #store: StoreContext;
  readonly #readers: ImageReaders;
  readonly #usage: LayerUsage;

  constructor({
    client,
    layers,
    config,
    owner,
    scratch,
    isInUse,
    emit = () => undefined,
    hooks = noHooks,
    sources = () => ({ sources: [], hasRegistry: true }),
    log = silent,
  }: ImageStoreOptions) {
    this.#readers = new ImageReaders(client, layers);
    this.#usage = new LayerUsage(client);
    this.#store = {
      client,
      get config() {
        return config();
      },
      scratch,
      isInUse,
      emit,
      hooks,
      sources,
      log,
      index: new ImageIndex(client),
      leases: new PullLeases(client.leases, owner),
      transport: new Transport(() => minimumRateOf(config())),
      shared: { blobs: new SharedWork(), snapshots: new SharedWork() },
      uploads: new SharedWork(),
    };
  }

  get(ref: string, platform?: string): Promise<Image> {
    return this.find(ref, platform);
  }

  /** As `get`, without the hook points that a subclass adds to it. */
  async find(ref: string, platform?: string): Promise<Image> {
    const { index, config } = this.#store;
    return findImage(await index.read(), ref, platform, config.defaultRegistry).image;
  }

  async list(): Promise<Image[]> {
    const snapshot = await this.#store.index.read();
    return [...snapshot.byId.values(), ...damagedImages(snapshot)];
  }

  pull(ref: string, options?: Parameters<Images['pull']>[1]): Promise<Image> {
    return pullImage(this.#store, ref, options);
  }

  push(ref: string, options?: Parameters<Images['push']>[1]): Promise<PushedImage[]> {
    return pushImage(this.#store, ref, options);
  }

  authenticate(auth: RegistryAuth, signal?: AbortSignal): Promise<void> {
    return authenticate(this.#store, auth, signal);
  }

  async remoteTags(repository: string, options: RegistryOptions = {}): Promise<string[]> {
    const reference = parseReference(repository, this.#store.config.defaultRegistry);
    return await listTags(reference, { ...this.#store, ...options });
  }

  remote(ref: string, options?: RegistryOptions): Promise<RemoteImage> {
    return lookUpRemote(this.#store, ref, options);
  }

  search(term: string, options: Parameters<Images['search']>[1]): Promise<FoundImage[]> {
    return searchImages(term, this.#store.config.defaultRegistry, { ...this.#store, ...options });
  }

  /** Downloads the layer of an artifact, which does not become an image, to a file. */
  fetchArtifact(ref: string, options: ArtifactOptions): Promise<string> {
    return fetchArtifact(this.#store, ref, options);
  }

  tag(source: string, target: string): Promise<void> {
    return tagImage(this.#store, source, target);
  }

  remove(ref: string, options?: { force?: boolean }): Promise<Removed> {
    return removeImage(this.#store, ref, options);
  }

  load(archive: Readable, onProgress?: (progress: Progress) => void): Promise<Image[]> {
    return loadArchive(this.#store, archive, onProgress);
  }

  /** Loads the archive of an image that a builder has made. */
  loadBuilt(archive: Readable, built: BuiltArchive): Promise<void> {
    return loadBuilt(this.#store, archive, built);
  }

  import(
    tar: Readable,
    options: ImportOptions,
    onProgress?: (progress: Progress) => void,
    signal?: AbortSignal,
  ): Promise<ImportedImage> {
    return importImage(this.#store, tar, options, onProgress, signal);
  }

  /** Makes an image of another one and of what a root file system has over it. */
  commit(layer: LayerCommit): Promise<Image> {
    return commitLayer(this.#store, layer);
  }

  save(refs: string[]): Promise<Readable> {
    return saveArchive(this.#store, refs);
  }

  bootstrap(
    options: Parameters<Images['bootstrap']>[0],
    onProgress?: (progress: Progress) => void,
    signal?: AbortSignal,
  ): Promise<Image> {
    return bootstrapImage(this.#store, options, onProgress, signal);
  }

  prune(filter?: ImagePruneFilter): Promise<{ deleted: string[]; reclaimed: number }> {
    return pruneImages(this.#store, filter);
  }

  async layerSizes(ref: string): Promise<number[]> {
    const { config } = await this.find(ref);
    return await this.#usage.of(chainIds(config.rootfs.diff_ids));
  }

  async history(ref: string): Promise<ImageHistory[]> {
    return imageHistory(await this.find(ref));
  }

  /** Reads the files of an image without a container. */
  files(image: Image): ImageFiles {
    return this.#readers.open(image);
  }

  /** Deletes the leftovers of operations, such as a pull, that a crash interrupted. Called once at start. */
  async recover(): Promise<void> {
    const { leases, scratch } = this.#store;
    await Promise.all([leases.recover(), startEmptying(scratch)]);
  }

  /** Closes connections and subscriptions. */
  close(): void {
    this.#store.index.close();
    this.#store.transport.close();
  }
}
