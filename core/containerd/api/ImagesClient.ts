import {
  CreateImageRequest,
  DeleteImageRequest,
  GetImageRequest,
  ImagesService,
  ListImagesRequest,
  UpdateImageRequest,
  type Image,
} from '../gen/services/images.ts';
import type { Descriptor } from '../gen/types/descriptor.ts';
import { required } from '../rpc/required.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export type { Image };

export interface NewImage {
  name: string;
  target: Pick<Descriptor, 'mediaType' | 'digest' | 'size'> & Partial<Descriptor>;
  labels?: Record<string, string>;
}

/** Names of manifests and indexes. Each image is a root for the garbage collector. */
export class ImagesClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  async get(name: string, options?: CallOptions): Promise<Image> {
    return required(
      (await this.#rpc.unary(ImagesService.get, GetImageRequest.create({ name }), options)).image,
      'the image',
    );
  }

  /**
   * Lists the images that match any of the filters (containerd's package `filters`), e.g.
   * `name==docker.io/library/debian:12`.
   */
  async list(filters: readonly string[] = [], options?: CallOptions): Promise<Image[]> {
    const request = ListImagesRequest.create({ filters: [...filters] });
    return (await this.#rpc.unary(ImagesService.list, request, options)).images;
  }

  /** @throws PCH_CONTAINERD_ALREADY_EXISTS */
  async create(image: NewImage, options?: CallOptions): Promise<Image> {
    const request = CreateImageRequest.create({ image });
    return required((await this.#rpc.unary(ImagesService.create, request, options)).image, 'the image');
  }

  /** Sets the fields in `paths`, e.g. "target", "labels" or "labels.name"; default: all of them. */
  async update(image: NewImage, paths: readonly string[] = [], options?: CallOptions): Promise<Image> {
    const updateMask = paths.length > 0 ? [...paths] : undefined;
    const request = UpdateImageRequest.create({ image, updateMask });
    return required((await this.#rpc.unary(ImagesService.update, request, options)).image, 'the image');
  }

  /** `sync`: also waits for the garbage collection. */
  async delete(
    name: string,
    { sync = false, ...options }: CallOptions & { sync?: boolean } = {},
  ): Promise<void> {
    await this.#rpc.unary(ImagesService.delete, DeleteImageRequest.create({ name, sync }), options);
  }
}
