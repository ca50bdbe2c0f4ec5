import {
  AddResourceRequest,
  CreateRequest,
  DeleteRequest,
  DeleteResourceRequest,
  LeasesService,
  ListRequest,
  ListResourcesRequest,
  type Lease,
  type Resource,
} from '../gen/services/leases.ts';
import { expiryLabel } from './gcLabels.ts';
import { required } from '../rpc/required.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export type { Lease, Resource as LeaseResource };

export interface NewLease {
  /** Default: a random one. */
  id?: string;
  labels?: Record<string, string>;
  /** When the garbage collector deletes the lease, so that a crash leaks nothing. */
  expiresAt?: Date;
}

/** Leases protect objects without references, e.g. the layers of a running pull, from the garbage collector. */
export class LeasesClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Calls whose options have the id as `lease` create objects under the lease. */
  async create(lease: NewLease, options?: CallOptions): Promise<Lease> {
    const labels = { ...lease.labels, ...(lease.expiresAt && expiryLabel(lease.expiresAt)) };
    const request = CreateRequest.create({ id: lease.id ?? `pouch-${crypto.randomUUID()}`, labels });
    return required((await this.#rpc.unary(LeasesService.create, request, options)).lease, 'the lease');
  }

  /** `sync`: also waits for the garbage collection. */
  async delete(
    id: string,
    { sync = false, ...options }: CallOptions & { sync?: boolean } = {},
  ): Promise<void> {
    await this.#rpc.unary(LeasesService.delete, DeleteRequest.create({ id, sync }), options);
  }

  async list(filters: readonly string[] = [], options?: CallOptions): Promise<Lease[]> {
    const request = ListRequest.create({ filters: [...filters] });
    return (await this.#rpc.unary(LeasesService.list, request, options)).leases;
  }

  /** Adds an existing object. Its type is e.g. "content" or "snapshots/overlayfs". */
  async addResource(id: string, resource: Resource, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(LeasesService.addResource, AddResourceRequest.create({ id, resource }), options);
  }

  async deleteResource(id: string, resource: Resource, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(
      LeasesService.deleteResource,
      DeleteResourceRequest.create({ id, resource }),
      options,
    );
  }

  async listResources(id: string, options?: CallOptions): Promise<Resource[]> {
    const request = ListResourcesRequest.create({ id });
    return (await this.#rpc.unary(LeasesService.listResources, request, options)).resources;
  }
}
