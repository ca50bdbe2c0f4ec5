import { ApplyRequest, DiffRequest, DiffService } from '../gen/services/diff.ts';
import type { Descriptor } from '../gen/types/descriptor.ts';
import type { Mount } from '../gen/types/mount.ts';
import { required } from '../rpc/required.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export type { Descriptor };

export interface NewDiff {
  /** The older state. Empty: the layer has everything in `right`. */
  left: Mount[];
  right: Mount[];
  /** E.g. "application/vnd.oci.image.layer.v1.tar+gzip". */
  mediaType: string;
  /** Name of the ingest in the content store. */
  ref: string;
  labels?: Record<string, string>;
}

/** Milliseconds; layers take long on slow disks. */
const layerDeadlineMs = 15 * 60_000;

/** Unpacks layer blobs into file systems and packs them again, inside containerd. */
export class DiffClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Unpacks a layer blob and returns the descriptor of the uncompressed layer: its digest is the diff id. */
  async apply(
    diff: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>,
    mounts: Mount[],
    options: CallOptions = {},
  ): Promise<Descriptor> {
    const request = ApplyRequest.create({ diff, mounts });
    const call = { deadlineMs: layerDeadlineMs, ...options };
    return required((await this.#rpc.unary(DiffService.apply, request, call)).applied, 'the applied layer');
  }

  /** Creates a layer blob from the differences. */
  async diff(diff: NewDiff, options: CallOptions = {}): Promise<Descriptor> {
    const call = { deadlineMs: layerDeadlineMs, ...options };
    return required(
      (await this.#rpc.unary(DiffService.diff, DiffRequest.create(diff), call)).diff,
      'the layer',
    );
  }
}
