import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EngineContext } from './engineContext.ts';

/** Emits that a container joins or leaves a network, as dockerd does. @param network its name */
export function emitNetwork(
  { events, networks }: Pick<EngineContext, 'events' | 'networks'>,
  action: 'connect' | 'disconnect',
  { id: container, draft }: Pick<ContainerRecord, 'id' | 'draft'>,
  network: string,
): void {
  const found = networks.list().find(({ name }) => name === network);
  const id = found?.id ?? draft.network.ids?.[network] ?? network;
  const attributes = { container, name: network, type: found?.driver ?? '' };
  events.emit({ type: 'network', action, id, attributes });
}
