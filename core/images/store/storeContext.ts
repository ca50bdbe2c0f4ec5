import type { RegistriesConfig } from '../../../config/types.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { NewEvent } from '../../../hooks/engine.ts';
import type { Descriptor } from '../../../hooks/image.ts';
import type { ImageLoaded, ImageRemoval } from '../../../hooks/points/image.ts';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import type { Platform } from '../content/platform.ts';
import type { ImageIndex } from './ImageIndex.ts';
import type { PullLeases } from '../pull/PullLeases.ts';
import type { SharedPulls } from '../pull/pullContent.ts';
import type { SharedWork } from '../pull/SharedWork.ts';
import type { ChosenSources } from '../sources/imageSources.ts';
import type { Transport } from '../registry/Transport.ts';

/** The context of the image store's operations. */
export interface StoreContext {
  client: ContainerdClient;
  readonly config: RegistriesConfig;
  /** Directory for what is being built. Nothing in it outlives pouchd. */
  scratch: string;
  index: ImageIndex;
  leases: PullLeases;
  transport: Transport;
  shared: SharedPulls;
  /** Uploads by repository and digest, which concurrent pushes share; progress in bytes. */
  uploads: SharedWork<number, string>;
  /** Returns the names of the containers that use the image. */
  isInUse: (imageId: string) => string[];
  /** @param reference full reference of an image that is pulled */
  sources: (reference: string) => ChosenSources;
  log: Logger;
  emit: (event: NewEvent) => void;
  hooks: ImageHooks;
}

/** The hook points inside an operation of the store. Each rejects to refuse the operation. */
export interface ImageHooks {
  postLoad(loaded: ImageLoaded): Promise<void>;
  preRemove(removal: ImageRemoval): Promise<void>;
}

/** An image whose content is on the host, before it gets its names. */
export interface Arrival extends Pick<ImageLoaded, 'source' | 'references'> {
  target: Descriptor;
  /** Missing: every platform has arrived. */
  platform?: Platform;
}

/** @throws the error of a tap that refuses the image */
export async function arrived(
  { hooks, index }: StoreContext,
  { target, platform, ...loaded }: Arrival,
): Promise<void> {
  for (const image of await index.readUnnamed(target, loaded.references, platform))
    await hooks.postLoad({ ...loaded, image });
}

/** Emits an event of an image. `id` is a reference or an image id, `name` the reference if the event concerns one. */
export function emitImage({ emit }: StoreContext, action: string, id: string, name = id): void {
  emit({ type: 'image', action, id, attributes: { name } });
}
