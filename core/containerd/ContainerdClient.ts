import { ContainersClient } from './api/ContainersClient.ts';
import { ContentClient } from './api/ContentClient.ts';
import { DiffClient } from './api/DiffClient.ts';
import { EventsClient } from './api/EventsClient.ts';
import { ImagesClient } from './api/ImagesClient.ts';
import { IntrospectionClient } from './api/IntrospectionClient.ts';
import { LeasesClient } from './api/LeasesClient.ts';
import { NamespacesClient } from './api/NamespacesClient.ts';
import { Rpc } from './rpc/Rpc.ts';
import { SnapshotsClient } from './api/SnapshotsClient.ts';
import { TasksClient } from './api/TasksClient.ts';
import { VersionClient } from './api/VersionClient.ts';

export interface ClientOptions {
  /** Path of containerd's unix socket. */
  address: string;
  /** containerd namespace of the calls that do not name one. */
  namespace: string;
  /** Default: "overlayfs". */
  snapshotter?: string;
}

/**
 * A typed client of containerd 1.6, 1.7 and 2.x with one member per service. It connects at the first call and
 * reconnects when the connection is lost. Calls reject with a PouchError (rpcError.ts has the codes); unary calls
 * have a deadline.
 */
export class ContainerdClient {
  readonly containers: ContainersClient;
  readonly content: ContentClient;
  readonly diff: DiffClient;
  readonly events: EventsClient;
  readonly images: ImagesClient;
  readonly introspection: IntrospectionClient;
  readonly leases: LeasesClient;
  readonly namespaces: NamespacesClient;
  readonly snapshots: SnapshotsClient;
  readonly tasks: TasksClient;
  readonly version: VersionClient;
  readonly address: string;
  readonly namespace: string;
  readonly #rpc: Rpc;

  constructor({ address, namespace, snapshotter = 'overlayfs' }: ClientOptions) {
    const rpc = new Rpc(address, namespace);
    this.containers = new ContainersClient(rpc);
    this.content = new ContentClient(rpc);
    this.diff = new DiffClient(rpc);
    this.events = new EventsClient(rpc);
    this.images = new ImagesClient(rpc);
    this.introspection = new IntrospectionClient(rpc);
    this.leases = new LeasesClient(rpc);
    this.namespaces = new NamespacesClient(rpc);
    this.snapshots = new SnapshotsClient(rpc, snapshotter);
    this.tasks = new TasksClient(rpc);
    this.version = new VersionClient(rpc);
    this.address = address;
    this.namespace = namespace;
    this.#rpc = rpc;
  }

  /** Ends the connection and the calls on it. */
  close(): void {
    this.#rpc.close();
  }
}
