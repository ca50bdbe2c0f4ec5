import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import type { Ledger } from '../../apply/Ledger.ts';
import type { EngineContext } from './engineContext.ts';

/**
 * Undoes the effects of a container's start, then calls the taps of network.postDetach for each network that it had.
 * The record's attachments are for the case that the effects were undone by a daemon that was killed before the taps
 * ran: the caller clears them.
 */
export async function undoStartEffects(
  { generations, log }: EngineContext,
  { id, attachments }: Pick<ContainerRecord, 'id' | 'attachments'>,
  ledger: Ledger,
): Promise<void> {
  const attached = networkAttachments({ attachments: { ...attachments, ...ledger.results() } });
  await ledger.undo('start');
  if (attached.length === 0) return;
  await generations.use(async ({ runner }) => {
    for (const { network, interface: name, ip } of attached) {
      const detached = { container: id, network, interface: name, ...(ip !== undefined && { ip }) };
      await runner.apply(catalogue.network.postDetach, detached, { log });
    }
  });
}
