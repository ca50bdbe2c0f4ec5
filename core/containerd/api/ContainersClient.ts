import {
  ContainersService,
  CreateContainerRequest,
  DeleteContainerRequest,
  GetContainerRequest,
  ListContainersRequest,
  UpdateContainerRequest,
  type Container,
} from '../gen/services/containers.ts';
import type { Any } from '../gen/google/protobuf/any.ts';
import { packOci } from '../rpc/any.ts';
import { required } from '../rpc/required.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export type { Any, Container as ContainerRecord };

export interface NewContainer {
  id: string;
  labels?: Record<string, string>;
  image?: string;
  /** The shim, e.g. "io.containerd.runc.v2", and its options (see rpc/any.ts). */
  runtime: { name: string; options?: Any | undefined };
  /** The OCI runtime spec. */
  spec: object;
  snapshotter?: string;
  snapshotKey?: string;
  extensions?: Record<string, Any>;
}

/** Container records, which are metadata only: a task runs the container. */
export class ContainersClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  async get(id: string, options?: CallOptions): Promise<Container> {
    const response = await this.#rpc.unary(
      ContainersService.get,
      GetContainerRequest.create({ id }),
      options,
    );
    return required(response.container, 'the container');
  }

  /** Lists the records that match any of the filters, e.g. `id==web` or `labels."name"==web`. */
  async list(filters: readonly string[] = [], options?: CallOptions): Promise<Container[]> {
    const request = ListContainersRequest.create({ filters: [...filters] });
    return (await this.#rpc.unary(ContainersService.list, request, options)).containers;
  }

  /** @throws PCH_CONTAINERD_ALREADY_EXISTS */
  async create(container: NewContainer, options?: CallOptions): Promise<Container> {
    const record = { ...container, spec: packOci('spec', container.spec) };
    const request = CreateContainerRequest.create({ container: record });
    const response = await this.#rpc.unary(ContainersService.create, request, options);
    return required(response.container, 'the container');
  }

  /** Sets the fields in `paths`: "labels", "labels.NAME", "spec", "image", "snapshotkey", "extensions", … */
  async update(
    container: Partial<NewContainer> & { id: string },
    paths: readonly string[],
    options?: CallOptions,
  ): Promise<Container> {
    const record = { ...container, spec: container.spec && packOci('spec', container.spec) };
    const request = UpdateContainerRequest.create({ container: record, updateMask: [...paths] });
    const response = await this.#rpc.unary(ContainersService.update, request, options);
    return required(response.container, 'the container');
  }

  /** The container's task must have been deleted. */
  async delete(id: string, options?: CallOptions): Promise<void> {
    await this.#rpc.unary(ContainersService.delete, DeleteContainerRequest.create({ id }), options);
  }
}
