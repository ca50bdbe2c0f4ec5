import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import { ifFound } from '../../containerd/index.ts';

/** Sizes that are kept: more than a host has layers. */
const mostKept = 100_000;

/** Bytes of unpacked layers on the disk. A committed snapshot never changes, so each is measured once. */
export class LayerUsage {
  readonly #snapshots: Pick<ContainerdClient['snapshots'], 'usage'>;
  readonly #known = new Map<string, number>();

  constructor({ snapshots }: { snapshots: Pick<ContainerdClient['snapshots'], 'usage'> }) {
    this.#snapshots = snapshots;
  }

  /** @param chain chain ids of an image's layers, the base first @returns empty unless all of them are unpacked */
  async of(chain: readonly string[]): Promise<number[]> {
    const sizes = await Promise.all(chain.map((id) => this.#usage(id)));
    return sizes.every((size) => size !== undefined) ? sizes : [];
  }

  /** Undefined for a layer that is not unpacked. */
  async #usage(id: string): Promise<number | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const size = (await ifFound(this.#snapshots.usage(id)))?.size;
    if (this.#known.size >= mostKept) this.#known.clear();
    if (size !== undefined) this.#known.set(id, size);
    return size;
  }
}
