import type { Checkpoints } from '../../../hooks/engine.ts';
import { type CheckpointOptions, createCheckpoint } from './create.ts';
import { listCheckpoints } from './names.ts';
import { removeCheckpoint } from './remove.ts';
import type { Kernel } from '../kernel.ts';

export class CheckpointVerbs implements Checkpoints {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async create(ref: string, name: string, options: CheckpointOptions = {}): Promise<void> {
    await createCheckpoint(this.#kernel, this.#kernel.store.find(ref), name, options);
  }

  async list(ref: string): Promise<string[]> {
    return await listCheckpoints(this.#kernel.store.find(ref));
  }

  async remove(ref: string, name: string): Promise<void> {
    await removeCheckpoint(this.#kernel, this.#kernel.store.find(ref), name);
  }
}
