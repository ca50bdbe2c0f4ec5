import type { PouchConfig } from '../../../config/types.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { OciIdMapping } from '../../../hooks/oci.ts';
import type { FileFacts } from '../../../hooks/files.ts';
import type { VolumeRequest } from '../../../hooks/request.ts';
import type { NetworkFacts } from '../../networks/NetworkDrivers.ts';
import type { CgroupDriver } from '../cgroupPath.ts';
import type { NetworkNames } from '../sharedNetwork.ts';

export interface ExistingVolume {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly mountpoint: string;
}

/** Where facts about other things on the host come from while a plan is made; all of it only reads. */
export interface RequestContext {
  /** Full id of a container whose namespaces are to be joined. @throws PCH_CONTAINER_NOT_FOUND, PCH_RUNTIME_CANNOT */
  containerId(ref: string): string;
  /** The volumes and bind mounts of a container. @throws PCH_CONTAINER_NOT_FOUND */
  volumesOf(ref: string): VolumeRequest[];
  /** What a container that joins the network of this one shares with it. */
  networkNames(id: string): NetworkNames;
  /** The container that a virtual machine began with, by that one or another in it. @throws PCH_CONTAINER_NOT_FOUND */
  vmOwnerOf(ref: string): ContainerRecord;
  /** Number of the anonymous volume at a destination, of a container that exists. Missing: that of the mount. */
  ownVolume?(destination: string): number;
  /** Host directory of a volume's data, whether it exists or not. */
  volumePath(name: string): string;
  /** Driver and options of a volume; undefined if it does not exist. */
  volumeOf(name: string): Promise<ExistingVolume | undefined>;
  /** What a network is like. @throws PCH_NETWORK_NOT_FOUND, PCH_NETWORK_DRIVER_UNKNOWN */
  networkOf(name: string): NetworkFacts;
  root: string;
  /** What is at a path of the host; undefined if nothing is. @throws PCH_FILE_TIMEOUT */
  look(path: string, what: string): Promise<FileFacts | undefined>;
  /** @throws PCH_FILE_TIMEOUT if one of the paths is on a file system that hangs */
  checkResponds(paths: readonly string[], whatOf: (path: string) => string): Promise<void>;
  /** The host's mounts, as in /proc/self/mountinfo. */
  mountinfo(): string;
  cgroupDriver(): CgroupDriver;
  userns(): PouchConfig['userns'];
  /** Why containers cannot have user namespaces on this host, whatever their runtime; undefined if they can. */
  usernsObstacle(): Promise<string | undefined>;
  /** Why this host cannot limit what root file systems hold; undefined if it can. */
  diskQuotaObstacle(): Promise<string | undefined>;
  /**
   * Why a path of the host cannot be mounted with the ids of a container, such as "/srv is on nfs4"; undefined if it
   * can. @throws PCH_FILE_TIMEOUT
   */
  unmappable(path: string): Promise<string | undefined>;
  /** Host ids that are kept for a container that is being planned. @throws PCH_USERNS_FULL */
  freeIds(id: string, size: number): OciIdMapping;
}
