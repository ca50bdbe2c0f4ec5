/** Takes a container out of a network: at once while it runs, and from its next start on. */
import { livePortKey, networkEffectKey } from '../../../hooks/draftKeys.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { NetworkRequest } from '../../../hooks/request.ts';
import { firstInterface } from '../../plan/endpoints.ts';
import { isUp } from '../../state/status.ts';
import { replacePlan } from '../reconcile/replacePlan.ts';
import { checkChangeable, refuseVm } from '../shared/changeable.ts';
import { emitNetwork } from '../shared/emitNetwork.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { networksOfContainer, refuseShared } from './membership.ts';
import { isOfInterface, planWithNetwork } from './planWithNetwork.ts';
import { updateLiveNames } from './updateLiveNames.ts';

/**
 * A call that was cut off can be repeated. @param ref name or id of the network, which may be gone
 * @throws PCH_NETWORK_NOT_CONNECTED unless forced
 */
export async function disconnect(
  engine: EngineContext,
  record: ContainerRecord,
  ref: string,
  { force = false }: { force?: boolean } = {},
): Promise<void> {
  await underLock(engine, record, 'disconnect', () =>
    engine.generations.use(async (generation) => {
      checkChangeable(record, 'networks');
      const network = networkOf(record, ref);
      refuseShared(record, network);
      if (!networksOfContainer(record).includes(network)) {
        if (force) return;
        throw notConnected(record, network);
      }
      if (isUp(record)) refuseVm(engine, record, 'networks');
      const interfaceName = interfaceIn(record, network);
      const change = { network: networkWithout(record, network), request: requestWithout(record, network) };
      const planned = await planWithNetwork(engine, record, { ...change, gone: interfaceName }, generation);
      await replacePlan(engine, record, planned, record.degraded, {
        ...(isUp(record) && {
          gone: effectsOfRun(record, interfaceName),
          attachments: () => {
            const { [networkEffectKey(interfaceName)]: _gone, ...others } = record.attachments;
            return others;
          },
        }),
      });
      emitContainer(engine, 'network_disconnect', record, { network });
      emitNetwork(engine, 'disconnect', record, network);
      if (isUp(record)) await updateLiveNames(engine, record);
    }),
  );
}

/** The container knows a network that was removed by its id, too. */
function networkOf(record: ContainerRecord, ref: string): string {
  if (networksOfContainer(record).includes(ref)) return ref;
  const ids = Object.entries(record.draft.network.ids ?? {});
  return ids.find(([name, id]) => name !== ref && ref !== '' && id.startsWith(ref))?.[0] ?? ref;
}

function interfaceIn({ draft }: ContainerRecord, network: string): string {
  const { endpoints = [] } = draft.network.request;
  return endpoints.find((one) => one.network === network)?.interface ?? firstInterface;
}

function networkWithout({ draft }: ContainerRecord, network: string) {
  return { ...draft.network, request: without(draft.network.request, { network, mode: draft.network.mode }) };
}

function requestWithout({ request, draft }: ContainerRecord, network: string) {
  const { endpoints, detached } = draft.network.request;
  const asked = { ...(request.network ?? { mode: '' }), endpoints, detached };
  return { ...request, network: without(asked, { network, mode: draft.network.mode }) };
}

function without(
  request: { [Key in keyof NetworkRequest]?: NetworkRequest[Key] | undefined },
  { network, mode }: { network: string; mode: string },
): NetworkRequest {
  const { endpoints = [], detached, ip, ip6, mac, aliases, links, driverOpts, ...others } = request;
  const own = network === mode ? {} : { ip, ip6, mac, aliases, links, driverOpts };
  const kept = Object.entries(own).filter(([, value]) => value !== undefined);
  return {
    mode: '',
    ...others,
    ...Object.fromEntries(kept),
    endpoints: endpoints.filter((one) => one.network !== network),
    ...((detached || network === mode) && { detached: true }),
  };
}

/** Needed first, so undone last: the attachment. */
function effectsOfRun({ draft }: ContainerRecord, interfaceName: string): string[] {
  const own = Object.entries(draft.effects)
    .filter(([key, { stage }]) => stage === 'start' && isOfInterface(key, interfaceName))
    .map(([key]) => key);
  const published = Object.keys(draft.network.ports).map(livePortKey);
  return [
    ...own,
    ...(draft.effects[networkEffectKey(interfaceName)] ? publishedBy(draft, interfaceName, published) : []),
  ];
}

/** Ports that were published while the container runs need the interface that publishes. */
function publishedBy({ effects }: ContainerRecord['draft'], name: string, keys: string[]): string[] {
  const { args } = effects[networkEffectKey(name)]!;
  const { ports } = args as { ports?: unknown[] };
  return Array.isArray(ports) && ports.length > 0 ? keys : [];
}

function notConnected({ id, name }: ContainerRecord, network: string): PouchError {
  return new PouchError(
    'PCH_NETWORK_NOT_CONNECTED',
    `container ${name} is not connected to network ${network}`,
    { container: id, hint: `pouch inspect ${name} has its networks` },
  );
}
