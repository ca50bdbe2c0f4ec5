import type { Checkpoints } from '../../../hooks/engine.ts';
import { createCheckpoint } from './create.ts';
import { listCheckpoints } from './names.ts';
import { removeCheckpoint } from './remove.ts';
import type { EngineContext } from '../shared/engineContext.ts';

export function checkpointVerbs(engine: EngineContext): Checkpoints {
  const find = (ref: string) => engine.store.find(ref);
  return {
    create: async (ref, name, options = {}) => await createCheckpoint(engine, find(ref), name, options),
    list: async (ref) => await listCheckpoints(engine, find(ref)),
    remove: async (ref, name) => await removeCheckpoint(engine, find(ref), name),
  };
}
