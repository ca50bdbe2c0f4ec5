import type { ImagesConfig } from '../../config/types.ts';
import type { EngineEvent } from '../../hooks/engine.ts';
import type { ContainerdClient } from '../containerd/client.ts';
import type { ImageIndex } from './imageIndex.ts';
import type { PullLeases } from './pullLease.ts';
import type { SharedPulls } from './pullContent.ts';
import type { Transport } from './registry/transport.ts';

/** What the verbs of the image store work with. */
export interface StoreContext {
  client: ContainerdClient;
  config: ImagesConfig;
  index: ImageIndex;
  leases: PullLeases;
  transport: Transport;
  shared: SharedPulls;
  /** Names of the containers that were made from the image of that id. */
  isInUse: (imageId: string) => string[];
  emit: (event: Omit<EngineEvent, 'timeNano'>) => void;
}

/** Tells an event of an image; `id` is a reference or an image id. */
export function emitImage({ emit }: StoreContext, action: string, id: string): void {
  emit({ type: 'image', action, id, attributes: { name: id } });
}
