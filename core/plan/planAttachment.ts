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

/** Changes the draft's networks as the taps say; a change is owned and blamed under the container's own field. */
export async function planAttachment(
  draft: ContainerDraft,
  runner: HookRunner,
  { networkOf }: Context,
  run: Run,
): Promise<void> {
  const { mode, request } = draft.network;
  if (!request.detached && isAttached(mode, networkOf)) await planFirst(draft, runner, run);
  for (const [n, endpoint] of (request.endpoints ?? []).entries()) {
    const at = ['network', 'request', 'endpoints', String(n)];
    const places = { ip: [...at, 'ip'], ip6: [...at, 'ip6'], mac: [...at, 'mac'] };
    const asked = attachmentOf(draft.id, endpoint.network, endpoint);
    assign(endpoint, await planned(runner, asked, places, run));
  }
}

async function planFirst(draft: ContainerDraft, runner: HookRunner, run: Run): Promise<void> {
  const { mode, request, ports } = draft.network;
  const of = (name: string) => ['network', 'request', name];
  const places = { ports: ['network', 'ports'], ip: of('ip'), ip6: of('ip6'), mac: of('mac') };
  const outcome = await planned(runner, { ...attachmentOf(draft.id, mode, request), ports }, places, run);
  draft.network.ports = outcome.ports;
  assign(request, outcome);
}

/** @param places where the container's draft has the fields of the attachment */
async function planned(
  runner: HookRunner,
  asked: NetworkAttachDraft,
  places: Readonly<Record<string, readonly string[]>>,
  run: Run,
): Promise<NetworkAttachDraft> {
  const fieldOwners = run.fieldOwners.within(places);
  const outcome = await runner.plan(catalogue.network.preAttach, asked, { log: run.log, fieldOwners });
  run.blame.push(...outcome.blame.map((entry) => ({ ...entry, field: inContainer(entry.field, places) })));
  run.degraded.push(...outcome.degraded);
  return outcome.draft;
}

/** The host's network and another container's are joined, not attached to. */
function isAttached(mode: string, networkOf: Context['networkOf']): boolean {
  return !mode.startsWith(joinPrefix) && networkOf(mode).isAttached;
}

interface Addresses {
  ip?: string | undefined;
  ip6?: string | undefined;
  mac?: string | undefined;
}

function attachmentOf(container: string, network: string, { ip, ip6, mac }: Addresses): NetworkAttachDraft {
  return { container, network, ports: {}, ...(ip && { ip }), ...(ip6 && { ip6 }), ...(mac && { mac }) };
}

function assign(request: { ip?: string; ip6?: string; mac?: string }, wanted: Addresses): void {
  for (const name of ['ip', 'ip6', 'mac'] as const) {
    const value = wanted[name];
    if (value === undefined) delete request[name];
    else request[name] = value;
  }
}

function inContainer(field: string, places: Readonly<Record<string, readonly string[]>>): string {
  const [name, place] = Object.entries(places).find(([top]) => isWithin(field, top)) ?? ['', []];
  return place.join('.') + field.slice(name.length);
}
