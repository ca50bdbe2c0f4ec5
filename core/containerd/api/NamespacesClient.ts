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

/** containerd's namespaces, which separate the objects of several clients of one containerd. */
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

  /** Optional: containerd creates a namespace with its first object. @throws PCH_CONTAINERD_ALREADY_EXISTS */
  async create(namespace: Partial<Namespace> & { name: string }, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(NamespacesService.create, CreateNamespaceRequest.create({ namespace }), options);
  }

  /** Deletes an empty namespace. @throws PCH_CONTAINERD_PRECONDITION if it has objects */
  async delete(name: string, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(NamespacesService.delete, DeleteNamespaceRequest.create({ name }), options);
  }
}
