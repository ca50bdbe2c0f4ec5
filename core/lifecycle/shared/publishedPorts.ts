/** Published ports that Pouch listens on, as no rule of the network driver forwards them. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { proxyEntryOf } from '../../portProxy/proxyEntry.ts';
import type { EngineContext } from './engineContext.ts';

/**
 * To be called when its attachments have changed: from then on these ports are listened on, and no others.
 * @throws PCH_PORT_IN_USE, PCH_OPTION_INVALID, PCH_PORT_PROXY, PCH_PROCESS_START
 */
export async function listenOnPorts(
  { ports: proxy, log }: Pick<EngineContext, 'ports' | 'log'>,
  record: ContainerRecord,
): Promise<void> {
  const entry = proxyEntryOf(record);
  if (entry.ports.length === 0 && !proxy.has(record.id)) return;
  if (proxy.isBuilt) return await proxy.set(entry);
  log.warn('ports are not published on IPv6: pouch-proxy is not built', { container: record.id });
}

/** Of a container that has outlived the last daemon. */
export function notePorts({ ports: proxy }: EngineContext, record: ContainerRecord): void {
  const entry = proxyEntryOf(record);
  if (entry.ports.length > 0 && proxy.isBuilt) proxy.note(entry);
}

/** Starts the proxy for a container that will probably need it, beside what else its start does. */
export function expectPorts({ ports: proxy }: EngineContext, { draft }: ContainerRecord): void {
  if (Object.keys(draft.network.ports).length > 0 && proxy.isBuilt) proxy.warm();
}
