import type { Events } from '../../../hooks/index.ts';
import type { Agent } from './Agent.ts';

/** Has the agent look again when a container, network or volume was removed. Returns what ends it. */
export function watchRemovals(events: Events, agent: Agent): () => void {
  const ending = new AbortController();
  const watch = async () => {
    for await (const { type, action } of events.subscribe({ signal: ending.signal }))
      if (action === 'destroy' && type !== 'image') agent.converge(`a ${type} was removed`);
  };
  watch().catch(() => undefined);
  return () => ending.abort();
}
