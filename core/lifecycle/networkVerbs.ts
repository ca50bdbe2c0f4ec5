import type { Networks } from '../../hooks/engine.ts';
import { hasCode } from '../../hooks/errors.ts';
import { connect } from './networks/connect.ts';
import { disconnect } from './networks/disconnect.ts';
import type { EngineContext } from './shared/engineContext.ts';

/** The engine's networks: the store has them, and containers join them. */
export function networkVerbs(engine: EngineContext): Networks {
  const { networks, store } = engine;
  return {
    create: (network) => networks.create(network),
    list: () => networks.list(),
    inspect: (ref) => networks.inspect(ref),
    remove: (ref) => networks.remove(ref),
    prune: (filter) => networks.prune(filter),
    async connect(ref, container, endpoint = {}) {
      const { name } = networks.inspect(ref);
      await connect(engine, store.find(container), name, endpoint);
    },
    async disconnect(ref, container, options = {}) {
      const record = found(() => store.find(container), options);
      // It may be gone: the container still names it.
      if (record) await disconnect(engine, record, networks.nameOf(ref), options);
    },
  };
}

/** @throws PCH_CONTAINER_NOT_FOUND unless forced */
function found<T>(look: () => T, { force }: { force?: boolean }): T | undefined {
  try {
    return look();
  } catch (error) {
    if (force && hasCode(error, 'PCH_CONTAINER_NOT_FOUND')) return undefined;
    throw error;
  }
}
