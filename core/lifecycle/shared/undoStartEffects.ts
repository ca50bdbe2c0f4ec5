import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { Degradation } from '../../../hooks/plan.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import type { Generation } from '../../plugins/index.ts';
import type { EngineContext } from './engineContext.ts';
import { markDegraded } from './noteOutcome.ts';

/**
 * Undoes the effects of a container's start, then calls the taps of network.postDetach for each network that it had.
 * The record's attachments are for the case that the effects were undone by a daemon that was killed before the taps
 * ran: the caller clears them.
 */
export async function undoStartEffects(
  {
    generations,
    operations,
    log,
    names,
    ports,
  }: Pick<EngineContext, 'generations' | 'operations' | 'log' | 'names' | 'ports'>,
  record: Pick<ContainerRecord, 'id' | 'attachments' | 'degraded'>,
  ledger: Ledger,
): Promise<void> {
  const attached = networkAttachments({ attachments: { ...record.attachments, ...ledger.results() } });
  // Sockets of the resolver would keep the network namespace alive.
  await Promise.all([names.drop(record.id), ports.drop(record.id)]);
  await ledger.undo('start');
  if (attached.length === 0) return;
  const { postDetach } = catalogue.network;
  const report = async ({ runner }: Generation) => {
    const degraded: Degradation[] = [];
    for (const { network, interface: name, ip } of attached) {
      const detached = { container: record.id, network, interface: name, ...(ip !== undefined && { ip }) };
      degraded.push(...(await runner.apply(postDetach, detached, { log })));
    }
    markDegraded(record, postDetach.name, degraded);
  };
  await operations.uncancelled(() => generations.use(report));
}
