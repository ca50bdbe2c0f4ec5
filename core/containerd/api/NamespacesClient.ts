import {
  CreateNamespaceRequest,
  DeleteNamespaceRequest,
  GetNamespaceRequest,
  ListNamespacesRequest,
  NamespacesService,
  type Namespace,
} from '../gen/services/namespaces.ts';
import { required } from '../rpc/required.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export type { Namespace };

/** containerd's namespaces, which keep the objects of several users of one containerd apart. */
export class NamespacesClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  async get(name: string, options?: CallOptions): Promise<Namespace> {
    const request = GetNamespaceRequest.create({ name });
    return required(
      (await this.#rpc.unary(NamespacesService.get, request, options)).namespace,
      'the namespace',
    );
  }

  async list(options?: CallOptions): Promise<Namespace[]> {
    return (await this.#rpc.unary(NamespacesService.list, ListNamespacesRequest.create(), options))
      .namespaces;
  }

  /** Fails with PCH_CONTAINERD_ALREADY_EXISTS. Not needed before use: containerd makes a namespace with its first object. */
  async create(namespace: Partial<Namespace> & { name: string }, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(NamespacesService.create, CreateNamespaceRequest.create({ namespace }), options);
  }

  /** Only an empty namespace can be deleted, else PCH_CONTAINERD_PRECONDITION. */
  async delete(name: string, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(NamespacesService.delete, DeleteNamespaceRequest.create({ name }), options);
  }
}
