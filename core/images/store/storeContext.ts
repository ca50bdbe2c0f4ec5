import type { ImagesConfig } from '../../../config/types.ts';
import type { EngineEvent } from '../../../hooks/engine.ts';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import type { ImageIndex } from './ImageIndex.ts';
import type { PullLeases } from '../pull/PullLeases.ts';
import type { SharedPulls } from '../pull/pullContent.ts';
import type { Transport } from '../registry/Transport.ts';

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
