import type { Checkpoints } from '../../../hooks/engine.ts';
import { type CheckpointOptions, createCheckpoint } from './create.ts';
import { listCheckpoints } from './names.ts';
import { removeCheckpoint } from './remove.ts';
import type { EngineContext } from '../shared/EngineContext.ts';

export class CheckpointVerbs implements Checkpoints {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  async create(ref: string, name: string, options: CheckpointOptions = {}): Promise<void> {
    await createCheckpoint(this.#engine, this.#engine.store.find(ref), name, options);
  }

  async list(ref: string): Promise<string[]> {
    return await listCheckpoints(this.#engine.store.find(ref));
  }

  async remove(ref: string, name: string): Promise<void> {
    await removeCheckpoint(this.#engine, this.#engine.store.find(ref), name);
  }
}
