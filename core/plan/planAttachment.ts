/** Calls the taps of network.preAttach for the network that a container is going to have. */
import { catalogue } from '../../hooks/catalogue.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import type { BlameEntry, Degradation } from '../../hooks/plan.ts';
import type { NetworkAttachDraft } from '../../hooks/points/network.ts';
import { joinPrefix } from '../contract/namespaces.ts';
import { type FieldOwners, type HookRunner, isWithin } from '../plugins/index.ts';
import type { RequestContext } from './request/context.ts';

interface Run {
  log: Logger;
  /** Which plugin has set which field of the container's draft. */
  fieldOwners: FieldOwners;
  blame: BlameEntry[];
  degraded: Degradation[];
}

type Context = Pick<RequestContext, 'networkOf'>;

/** Where the container's draft has the fields of an attachment. */
const places = {
  ports: ['network', 'ports'],
  ip: ['network', 'request', 'ip'],
  mac: ['network', 'request', 'mac'],
} as const;

/** Changes the draft's network as the taps say; a change is owned and blamed under the container's own field. */
export async function planAttachment(
  draft: ContainerDraft,
  runner: HookRunner,
  { networkOf }: Context,
  run: Run,
): Promise<void> {
  if (!isAttached(draft.network.mode, networkOf)) return;
  const { preAttach } = catalogue.network;
  const fieldOwners = run.fieldOwners.within(places);
  const outcome = await runner.plan(preAttach, attachmentOf(draft), { log: run.log, fieldOwners });
  const { ip, mac, ports } = outcome.draft;
  draft.network.ports = ports;
  assign(draft.network.request, { ip, mac });
  run.blame.push(...outcome.blame.map((entry) => ({ ...entry, field: inContainer(entry.field) })));
  run.degraded.push(...outcome.degraded);
}

/** The host's network and another container's are joined, not attached to. */
function isAttached(mode: string, networkOf: Context['networkOf']): boolean {
  return !mode.startsWith(joinPrefix) && networkOf(mode).isAttached;
}

function attachmentOf({ id, network }: ContainerDraft): NetworkAttachDraft {
  const { ip, mac } = network.request;
  return {
    container: id,
    network: network.mode,
    ports: network.ports,
    ...(ip && { ip }),
    ...(mac && { mac }),
  };
}

function assign(
  request: ContainerDraft['network']['request'],
  wanted: { ip?: string | undefined; mac?: string | undefined },
): void {
  for (const name of ['ip', 'mac'] as const) {
    const value = wanted[name];
    if (value === undefined) delete request[name];
    else request[name] = value;
  }
}

function inContainer(field: string): string {
  const [name, place] = Object.entries(places).find(([top]) => isWithin(field, top)) ?? ['', []];
  return place.join('.') + field.slice(name.length);
}
