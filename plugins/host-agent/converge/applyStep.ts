import type { NewNetwork } from '../../../hooks/index.ts';
import { labels } from '../labels.ts';
import {
  type ContainerStep,
  type ImageStep,
  leavesObject,
  type NetworkStep,
  type Step,
  type VolumeStep,
} from '../plan/step.ts';
import type { AgentContext } from './agentContext.ts';
import { changeContainer } from './changeContainer.ts';
import { createContainer, ownLabels, profilesOf } from './createContainer.ts';
import { replaceContainer } from './replaceContainer.ts';
import { replaceNetwork } from './replaceNetwork.ts';
import { unmark } from './unmark.ts';
import { untilUp } from './untilUp.ts';

/** Does one step. Each can be repeated after a failure, and after pouchd was killed. */
export async function applyStep(context: AgentContext, step: Step): Promise<void> {
  if (leavesObject(step)) return;
  switch (step.kind) {
    case 'image':
      return await applyImage(context, step);
    case 'network':
      return await applyNetwork(context, step);
    case 'volume':
      return await applyVolume(context, step);
    case 'container':
      return await applyContainer(context, step);
  }
}

async function applyImage(
  { images, book, now, signal }: AgentContext,
  { action, name, declared }: ImageStep,
): Promise<void> {
  if (action === 'remove') {
    await images.remove(name);
    return await book.removed(name);
  }
  await images.pull(name, { signal });
  if (declared) await book.pulled(declared, now());
}

async function applyNetwork(context: AgentContext, step: NetworkStep): Promise<void> {
  const { networks } = context;
  const { action, name, declared } = step;
  if (!declared) return await networks.remove(name);
  const wanted: NewNetwork = {
    ...declared.network,
    labels: { ...declared.network.labels, [labels.declared]: name },
  };
  if (action === 'recreate') await replaceNetwork(context, step, wanted);
  else await networks.create(wanted);
}

async function applyVolume({ volumes }: AgentContext, { action, name, declared }: VolumeStep): Promise<void> {
  if (action === 'remove') return await volumes.remove(name);
  if (!declared) return;
  const own = { [labels.declared]: name, [labels.onRemove]: declared.onRemove };
  const wanted = { ...declared.volume.labels, ...own };
  if (action !== 'change') return void (await volumes.create({ ...declared.volume, labels: wanted }));
  const { labels: before } = await volumes.inspect(name);
  const gone = Object.keys(before).filter((label) => !(label in wanted));
  await volumes.setLabels(name, {
    ...Object.fromEntries(gone.map((label) => [label, undefined])),
    ...wanted,
  });
}

async function applyContainer(context: AgentContext, step: ContainerStep): Promise<void> {
  const { containers } = context;
  const { action, name, id = name, declared } = step;
  await renameBack(context, step);
  switch (action) {
    case 'create': {
      const created = await createContainer(context, step);
      if (declared?.schedule === undefined) await containers.start(created);
      return;
    }
    case 'adopt':
      return await containers.update(id, { labels: ownLabels(step) }).then(() => undefined);
    case 'start':
      await containers.start(id);
      return await unmark(context, id);
    case 'stop':
      await containers.stop(id);
      return;
    case 'remove':
      await containers.stop(id);
      return await containers.remove(id, { force: true });
    case 'recreate':
      return await replaceContainer(context, step);
    case 'upgrade':
      await containers.upgrade(id, { image: declared!.request.image, ...profilesOf(step) });
      await changeIt(context, step, id);
      return;
    case 'restart':
      return await changeStopped(context, step, id);
    default:
      await changeIt(context, step, id);
      await unmark(context, id);
  }
}

/** Somebody has given it another name. */
async function renameBack({ containers }: AgentContext, { name, changes }: ContainerStep): Promise<void> {
  const renamed = changes.find(({ Field }) => Field === 'name');
  if (renamed) await containers.rename(String(renamed.From), name);
}

/** A change that fails leaves the container as it was: it runs again. */
async function changeStopped(context: AgentContext, step: ContainerStep, id: string): Promise<void> {
  const { containers } = context;
  const { state, draft } = containers.inspect(id);
  const runs = state.status === 'running' || labels.stopped in draft.labels;
  if (!runs) return await changeIt(context, step, id);
  await containers.update(id, { labels: { [labels.stopped]: '' } });
  await containers.stop(id);
  try {
    await changeIt(context, step, id);
  } finally {
    await containers.start(id);
    await unmark(context, id);
  }
  await untilUp(context, id, step.declared?.update.deadlineMs);
}

async function changeIt(context: AgentContext, step: ContainerStep, id: string): Promise<void> {
  const { containers } = context;
  await changeContainer(context, containers.inspect(id), step.wanted!, ownLabels(step));
  if (step.isReplanned) await containers.reconcile(id, { always: true, ...profilesOf(step) });
}
