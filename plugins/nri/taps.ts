/** Passes the events of containers to NRI plugins, each under its own name. */
import { isDeepStrictEqual } from 'node:util';
import type {
  ContainerDraft,
  ContainerMoment,
  Containers,
  Hooks,
  Logger,
  TapContext,
  UpdateDraft,
} from '../../hooks/index.ts';
import { messageOf } from '../../hooks/index.ts';
import { applyAdjustment } from './adjust/applyAdjustment.ts';
import { applyResources } from './adjust/applyResources.ts';
import { checkResources } from './adjust/unsupported.ts';
import { type Subject, subjectOfDraft, subjectOfRecord } from './convert/containerOf.ts';
import { resourcesOf } from './convert/resourcesOf.ts';
import { Event } from './gen/nri.ts';
import { methods } from './methods.ts';
import type { Options } from './options.ts';
import { ownUpdate, type Requests } from './Requests.ts';
import type { CallLimits, NriPlugin } from './session/NriPlugin.ts';
import type { NriPlugins } from './session/NriPlugins.ts';

export interface Surroundings {
  readonly plugins: NriPlugins;
  readonly requests: Requests;
  readonly containers: Pick<Containers, 'inspect'>;
  readonly options: Options;
  readonly log: Logger;
}

export function tapContainers({ container }: Hooks, around: Surroundings): void {
  const { plugins, requests, options } = around;
  const timeoutMs = options.requestTimeoutMs;
  const each = (...events: Event[]) => ({ timeoutMs, parts: () => plugins.subscribed(...events) });
  const required = Object.keys(options.plugins).filter((name) => options.plugins[name]?.required);
  const creating = () => [...new Set([...plugins.subscribed(...creation), ...required])].sort();

  // The last tap of the plan: NRI plugins judge what the container is going to be.
  container.spec.tap({ timeoutMs, parts: creating, phase: 'late', stateful: true }, (draft, context) =>
    create(draft, context, around),
  );
  container.postCreate.tap(each(Event.POST_CREATE_CONTAINER), (moment, context) =>
    report(Event.POST_CREATE_CONTAINER, moment, context, around),
  );
  container.postCreate.tap({ name: 'requests' }, ({ container: { id } }) => requests.created(id));
  container.prestart.tap(each(Event.START_CONTAINER), (moment, context) =>
    report(Event.START_CONTAINER, moment, context, around),
  );
  container.poststart.tap(each(Event.POST_START_CONTAINER), (moment, context) =>
    report(Event.POST_START_CONTAINER, moment, context, around),
  );
  container.preUpdate.tap(
    { timeoutMs, parts: () => ownPart() ?? plugins.subscribed(Event.UPDATE_CONTAINER), phase: 'late' },
    (draft, context) => update(draft, context, around),
  );
  container.postUpdate.tap(
    { timeoutMs, parts: () => (ownUpdate() ? [] : plugins.subscribed(Event.POST_UPDATE_CONTAINER)) },
    (moment, context) => report(Event.POST_UPDATE_CONTAINER, moment, context, around),
  );
  container.poststop.tap(each(Event.STOP_CONTAINER), (moment, context) => stop(moment, context, around));
  container.postRemove.tap(each(...removal), (moment, context) => remove(moment, context, around));
}

const creation = [Event.RUN_POD_SANDBOX, Event.CREATE_CONTAINER];
const removal = [Event.STOP_POD_SANDBOX, Event.REMOVE_CONTAINER, Event.REMOVE_POD_SANDBOX];

/** An update that an NRI plugin has asked for is made by its part of the tap alone. */
function ownPart(): readonly string[] | undefined {
  const own = ownUpdate();
  return own && [own.plugin];
}

async function create(draft: ContainerDraft, context: TapContext, around: Surroundings): Promise<void> {
  const plugin = around.plugins.get(context.part!);
  const subject = subjectOfDraft(draft);
  context.onAbandoned?.(() => void abandon(plugin, subject, around));
  await notify(plugin, Event.RUN_POD_SANDBOX, subject, context);
  if (!plugin.wants(Event.CREATE_CONTAINER)) return;
  const { adjust, update, evict } = await plugin.call(methods.create, subject, context);
  if (adjust) applyAdjustment(draft, adjust, plugin.name);
  const asked = { update, evict };
  if (exists(draft.id, around)) around.requests.start(plugin.name, asked);
  else around.requests.holdUntilCreated(draft.id, plugin.name, asked);
}

/** A reconcile plans a container again that exists. */
function exists(id: string, { containers }: Surroundings): boolean {
  try {
    return containers.inspect(id).id === id;
  } catch {
    return false;
  }
}

/** The container that a plugin has seen is not created: it can free what it has set aside. */
async function abandon(plugin: NriPlugin, subject: Subject, around: Surroundings): Promise<void> {
  const { requests, options, log } = around;
  const { requestTimeoutMs: timeoutMs } = options;
  const id = subject.pod.id ?? '';
  requests.abandoned(id);
  if (exists(id, around)) return;
  const limits = { signal: AbortSignal.timeout(timeoutMs), timeoutMs };
  try {
    if (plugin.wants(Event.STOP_CONTAINER)) await plugin.call(methods.stop, subject, limits);
    for (const event of removal) await notify(plugin, event, subject, limits);
  } catch (error) {
    log.warn('an NRI plugin does not know that a container was not created', {
      nri: plugin.name,
      container: id,
      error: messageOf(error),
    });
  }
}

async function update(draft: UpdateDraft, context: TapContext, around: Surroundings): Promise<void> {
  const own = ownUpdate();
  if (own) {
    checkResources(own.resources);
    return applyResources(draft, own.resources);
  }
  const record = around.containers.inspect(draft.container);
  const resources = JSON.parse(JSON.stringify(draft.resources)) as UpdateDraft['resources'];
  // NRI has no restart policy.
  if (isDeepStrictEqual(resources, record.draft.resources)) return;
  const plugin = around.plugins.get(context.part!);
  const request = { ...subjectOfRecord(record), linuxResources: resourcesOf(resources) };
  const { update: updates, evict } = await plugin.call(methods.update, request, context);
  for (const { containerId, linux } of updates) {
    if (containerId !== record.id || !linux?.resources) continue;
    checkResources(linux.resources);
    applyResources(draft, linux.resources);
  }
  const others = updates.filter(({ containerId }) => containerId !== record.id);
  around.requests.start(plugin.name, { update: others, evict });
}

async function stop(
  { container }: ContainerMoment,
  context: TapContext,
  around: Surroundings,
): Promise<void> {
  const plugin = around.plugins.get(context.part!);
  const { update: updates } = await plugin.call(methods.stop, subjectOfRecord(container), context);
  around.requests.start(plugin.name, { update: updates, evict: [] });
}

/** The pod ends with its container. */
async function remove(
  { container }: ContainerMoment,
  context: TapContext,
  { plugins }: Surroundings,
): Promise<void> {
  const subject = subjectOfRecord(container);
  for (const event of removal) await notify(plugins.get(context.part!), event, subject, context);
}

async function report(
  event: Event,
  { container }: Pick<ContainerMoment, 'container'>,
  context: TapContext,
  { plugins }: Surroundings,
): Promise<void> {
  await notify(plugins.get(context.part!), event, subjectOfRecord(container), context);
}

/** A plugin that has not subscribed to the event is not called. */
async function notify(
  plugin: NriPlugin,
  event: Event,
  { pod, container }: Subject,
  limits: CallLimits,
): Promise<void> {
  if (!plugin.wants(event)) return;
  const { signal, timeoutMs } = limits;
  const ofPod = event <= Event.REMOVE_POD_SANDBOX;
  await plugin.call(methods.stateChange, { event, pod, ...(!ofPod && { container }) }, { signal, timeoutMs });
}
