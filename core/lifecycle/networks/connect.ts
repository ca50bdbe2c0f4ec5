/** Connects a container to a network beside those that it has: at once while it runs, and at each start. */
import { networkEffectKey } from '../../../hooks/draftKeys.ts';
import type { ContainerRecord, NewEndpoint } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import type { ContainerRequest, NetworkRequest } from '../../../hooks/request.ts';
import { firstInterface, freeInterface } from '../../plan/endpoints.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { formatPath } from '../../plugins/index.ts';
import { isUp } from '../../state/status.ts';
import { addToPlan } from '../reconcile/addToPlan.ts';
import type { ReplaceOptions } from '../reconcile/replacePlan.ts';
import { checkChangeable, refuseVm } from '../shared/changeable.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { emitNetwork } from '../shared/emitNetwork.ts';
import { networksOfContainer, refuseShared } from './membership.ts';
import { isOfInterface, planWithNetwork } from './planWithNetwork.ts';
import { updateLiveNames } from './updateLiveNames.ts';

/** @throws PCH_NETWORK_CONNECTED, PCH_CONFLICT, PCH_OPTION_INVALID. A failure leaves the container as it was. */
export async function connect(
  engine: EngineContext,
  record: ContainerRecord,
  network: string,
  endpoint: NewEndpoint,
): Promise<void> {
  const interfaceName = interfaceFor(record, network);
  const key = networkEffectKey(interfaceName);
  await addToPlan(engine, record, {
    verb: 'connect',
    field: formatPath(['effects', key]),
    check() {
      checkChangeable(record, 'networks');
      refuseShared(record, network);
      refuseConnected(record, network);
      if (isUp(record)) refuseVm(engine, record, 'networks');
    },
    request: () => requestWith(record, network, { ...endpoint, interface: interfaceName }),
    plan: (full, generation) => {
      const { request } = full;
      const change = { ...record.draft.network, request: mergedRequest(record, network, full) };
      return planWithNetwork(engine, record, { request, network: change, full }, generation);
    },
    live: (planned) => (isUp(record) ? liveOptions(record, planned, interfaceName) : {}),
    event: ['network_connect', { network }],
  });
  emitNetwork(engine, 'connect', record, network);
  if (isUp(record)) await updateLiveNames(engine, record);
}

/** An interface keeps its name; the network of the mode has the first one. */
function interfaceFor(record: ContainerRecord, network: string): string {
  if (network === record.draft.network.mode) return firstInterface;
  const { endpoints = [] } = record.draft.network.request;
  const attached = networkAttachments(record).map((one) => one.interface);
  return freeInterface([...endpoints.map((one) => one.interface), ...attached]);
}

function requestWith(
  { request, draft }: ContainerRecord,
  network: string,
  endpoint: NewEndpoint & { interface: string },
): ContainerRequest {
  const { detached: _detached, ...asked }: NetworkRequest = request.network ?? { mode: '' };
  const { endpoints = [], detached } = draft.network.request;
  if (network === draft.network.mode) {
    const { interface: _interface, ...own } = endpoint;
    return { ...request, network: { ...asked, ...own, endpoints } };
  }
  const all = [...endpoints, { network, ...endpoint }];
  return { ...request, network: { ...asked, endpoints: all, ...(detached && { detached }) } };
}

/** Of the new plan only the endpoint is taken. */
function mergedRequest({ draft }: ContainerRecord, network: string, full: PlannedCreate): NetworkRequest {
  const { detached, ...others } = draft.network.request;
  const { endpoints = [], ip, ip6, mac, aliases, links, driverOpts } = full.draft.network.request;
  const own = network === draft.network.mode;
  const asked = Object.entries({ ip, ip6, mac, aliases, links, driverOpts }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    ...others,
    ...(own && Object.fromEntries(asked)),
    endpoints,
    ...(detached && !own && { detached }),
  };
}

/** The effects of the new interface are those of each start: this run has them, too. */
function liveOptions(record: ContainerRecord, { draft }: PlannedCreate, name: string): ReplaceOptions {
  const own = Object.entries(draft.effects).filter(
    ([key, { stage }]) => stage === 'start' && isOfInterface(key, name),
  );
  const key = networkEffectKey(name);
  return {
    live: Object.fromEntries(own),
    attachments: (results) => ({ ...record.attachments, [key]: results[key] }),
  };
}

function refuseConnected(record: ContainerRecord, network: string): void {
  if (!networksOfContainer(record).includes(network)) return;
  throw new PouchError(
    'PCH_NETWORK_CONNECTED',
    `endpoint with name ${record.name} already exists in network ${network}`,
    { container: record.id, hint: `pouch network disconnect ${network} ${record.name}` },
  );
}
