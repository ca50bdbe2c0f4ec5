/** Adds the effects by which the driver of a container's network attaches it. */
import type { NamedNetwork } from '../../config/types.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import { networkEffectKey, networkPartKey } from '../../hooks/draftKeys.ts';
import type { Effect } from '../../hooks/effects.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { PortRequest } from '../../hooks/request.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { joinPrefix } from '../contract/namespaces.ts';
import { networkDrivers } from '../networks/NetworkDrivers.ts';
import { type FieldOwners, formatPath, type Generation } from '../plugins/index.ts';
import type { RequestContext } from './request/context.ts';

interface Run {
  fieldOwners: FieldOwners;
  blame: BlameEntry[];
}

/** The name that blame has in place of a hook. */
const hook = 'networkDriver';
const interfaceName = 'eth0';

interface Networks extends Pick<RequestContext, 'networkOf'> {
  contributions: Generation['contributions'];
  networks: Readonly<Record<string, NamedNetwork>>;
}

/** @throws PCH_OPTION_INVALID, and what the driver refuses with */
export async function planNetwork(
  draft: ContainerDraft,
  { contributions, networks, networkOf }: Networks,
  { fieldOwners, blame }: Run,
): Promise<void> {
  const { mode } = draft.network;
  if (mode.startsWith(joinPrefix)) return;
  const facts = networkOf(mode);
  const driver = networkDrivers({ contributions }).get(facts.driver);
  // A harness plans without the built-in plugins.
  if (!driver) return;
  const options = networks[mode]?.options ?? {};
  const started = performance.now();
  await driver.check(mode, options);
  if (!driver.isAttached) return;
  const key = networkEffectKey(interfaceName);
  const effects = await driver.attach({ ...attachmentOf(draft), network: { name: mode, options }, key });
  const keyOf = (name: string) => (name === 'attach' ? key : networkPartKey(interfaceName, name));
  const ms = performance.now() - started;
  for (const [name, { kind, args, needs = [], stage = 'start' }] of Object.entries(effects)) {
    const effect: Effect = {
      kind,
      stage,
      args,
      needs: [...(stage === 'start' ? ['netns'] : []), ...needs.map(keyOf)],
    };
    draft.effects[keyOf(name)] = effect;
    fieldOwners.set(['effects', keyOf(name)], driver.plugin);
    blame.push({
      field: formatPath(['effects', keyOf(name)]),
      plugin: driver.plugin,
      hook,
      action: 'set',
      after: structuredClone(effect),
      ms,
    });
  }
}

/**
 * The effect that publishes a port in a container that runs. @param isPublished its start has published it
 * @throws PCH_NOT_SUPPORTED
 */
export async function planPublish(
  draft: ContainerDraft,
  { contributions, networks, networkOf }: Networks,
  { port, isPublished }: { port: PortRequest; isPublished: boolean },
): Promise<Effect> {
  const { mode } = draft.network;
  const driver = networkDrivers({ contributions }).get(networkOf(mode).driver);
  if (!driver?.publishes)
    throw new PouchError(
      'PCH_NOT_SUPPORTED',
      `the network ${mode} cannot change published ports of a container that runs`,
      { container: draft.id, hint: `stop it first: pouch stop ${draft.name}` },
    );
  const key = networkEffectKey(interfaceName);
  const network = { name: mode, options: networks[mode]?.options ?? {} };
  const { kind, args } = await driver.publish({
    ...attachmentOf(draft),
    network,
    key,
    ports: [port],
    isPublished,
  });
  return { kind, stage: 'start', args, needs: [key] };
}

function attachmentOf({ id, name, hostname, labels, namespaces, network, rich }: ContainerDraft) {
  const { ip, mac } = network.request;
  return {
    container: { id, name, hostname, labels, rich: rich.enabled },
    interface: interfaceName,
    netns: namespaces.network ?? '',
    ...(ip && { ip }),
    ...(mac && { mac }),
    ...(rich.enabled && { keepsAddresses: true as const }),
    ports: Object.values(network.ports),
  };
}
