/** Adds the effects by which the driver of a container's network attaches it. */
import type { DriverAttachment, NetworkEffects } from '../../hooks/contributions/networkDriver.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import { networkEffectKey, networkPartKey } from '../../hooks/draftKeys.ts';
import type { Effect } from '../../hooks/effects.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { PortRequest } from '../../hooks/request.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { networkDrivers } from '../networks/NetworkDrivers.ts';
import { type FieldOwners, formatPath, type Generation } from '../plugins/index.ts';
import { type Endpoint, endpointsOf } from './endpoints.ts';
import type { RequestContext } from './request/context.ts';

interface Run {
  fieldOwners: FieldOwners;
  blame: BlameEntry[];
}

/** The name that blame has in place of a hook. */
const hook = 'networkDriver';

interface Networks extends Pick<RequestContext, 'networkOf'> {
  contributions: Generation['contributions'];
}

/** Resolves to warnings. @throws PCH_OPTION_INVALID, and what the driver refuses with */
export async function planNetwork(draft: ContainerDraft, networks: Networks, run: Run): Promise<string[]> {
  const endpoints = endpointsOf(draft, networks.networkOf);
  const ids = endpoints.flatMap(({ facts: { name, id, isAttached } }) =>
    id !== undefined && isAttached ? [[name, id] as const] : [],
  );
  delete draft.network.ids;
  if (ids.length > 0) draft.network.ids = Object.fromEntries(ids);
  for (const endpoint of endpoints) await planEndpoint(draft, endpoint, networks, run);
  const isPublished = endpoints.length === 0 || endpoints.some(({ ports }) => ports.length > 0);
  if (isPublished || Object.keys(draft.network.ports).length === 0) return [];
  return ['Published ports are discarded: no network of the container leads outside'];
}

/** Plans the effects of one network, and adds them to the draft. */
async function planEndpoint(
  draft: ContainerDraft,
  endpoint: Endpoint,
  { contributions }: Networks,
  { fieldOwners, blame }: Run,
): Promise<void> {
  const { facts } = endpoint;
  const driver = networkDrivers({ contributions }).get(facts.driver);
  // A harness plans without the built-in plugins.
  if (!driver) return;
  const started = performance.now();
  await driver.check(facts.name, facts.options ?? {});
  if (!driver.isAttached) return;
  const effects = await driver.attach(attachmentOf(draft, endpoint));
  const ms = performance.now() - started;
  for (const [key, effect] of Object.entries(keyed(effects, endpoint.interface))) {
    draft.effects[key] = effect;
    fieldOwners.set(['effects', key], driver.plugin);
    blame.push({
      field: formatPath(['effects', key]),
      plugin: driver.plugin,
      hook,
      action: 'set',
      after: structuredClone(effect),
      ms,
    });
  }
}

/** The effects of a driver, as the plan of a container has them. */
function keyed(effects: NetworkEffects, interfaceName: string): Record<string, Effect> {
  const keyOf = (name: string) =>
    name === 'attach' ? networkEffectKey(interfaceName) : networkPartKey(interfaceName, name);
  const planned: Record<string, Effect> = {};
  for (const [name, { kind, args, needs = [], stage = 'start' }] of Object.entries(effects)) {
    const own = stage === 'start' ? ['netns'] : [];
    planned[keyOf(name)] = { kind, stage, args, needs: [...own, ...needs.map(keyOf)] };
  }
  return planned;
}

/**
 * The effect that publishes a port in a container that runs. @param isPublished its start has published it
 * @throws PCH_NOT_SUPPORTED
 */
export async function planPublish(
  draft: ContainerDraft,
  { contributions, networkOf }: Networks,
  { port, isPublished }: { port: PortRequest; isPublished: boolean },
): Promise<{ effect: Effect; attachKey: string }> {
  const endpoint = endpointsOf(draft, networkOf).find(({ noDefaultRoute }) => !noDefaultRoute);
  const driver = endpoint && networkDrivers({ contributions }).get(endpoint.facts.driver);
  if (!driver?.publishes || endpoint?.facts.internal)
    throw new PouchError(
      'PCH_NOT_SUPPORTED',
      `the network ${draft.network.mode} cannot change published ports of a container that runs`,
      { container: draft.id, hint: `stop it first: pouch stop ${draft.name}` },
    );
  const attachment = attachmentOf(draft, { ...endpoint!, ports: [port] });
  const { kind, args } = await driver.publish({ ...attachment, isPublished });
  const { key } = attachment;
  return { effect: { kind, stage: 'start', args, needs: [key] }, attachKey: key };
}

function attachmentOf(
  { id, name, hostname, labels, namespaces, rich }: ContainerDraft,
  { facts, interface: interfaceName, ip, ip6, mac, ports, noDefaultRoute }: Endpoint,
): DriverAttachment {
  return {
    network: { name: facts.name, options: facts.options ?? {} },
    container: { id, name, hostname, labels, rich: rich.enabled },
    interface: interfaceName,
    netns: namespaces.network ?? '',
    key: networkEffectKey(interfaceName),
    ...(ip && { ip }),
    ...(ip6 && { ip6 }),
    ...(mac && { mac }),
    ...(noDefaultRoute && { noDefaultRoute }),
    ...(rich.enabled && { keepsAddresses: true as const }),
    ports,
  };
}
