import { posix } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { isVolumeDriverEffect, liveMountKey } from '../../../hooks/draftKeys.ts';
import type { Effect } from '../../../hooks/effects.ts';
import { field } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { VolumeRequest } from '../../../hooks/request.ts';
import type { LiveMountArgs } from '../../apply/effects/liveMount.ts';
import { parentsFirst } from '../../plan/ociSpec.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { formatPath } from '../../plugins/index.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import { isUp } from '../../state/status.ts';
import { rootIds } from '../../userns/ids.ts';
import { addToPlan } from '../reconcile/addToPlan.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { effectsOfMount } from './effectsOfMount.ts';
import { checkChangeable, refuseVm } from '../shared/changeable.ts';

/** Options that a mount can have which is added: how it is attached, and not what it passes on. */
const options: readonly string[] = [
  ...['ro', 'rw', 'nosuid', 'nodev', 'noexec'],
  ...['rbind', 'private', 'rprivate', 'idmap', 'noidmap'],
];

/**
 * Mounts a path of the host or a volume in a container: at once in one that runs, and at each start. A failure leaves
 * the container as it was.
 */
export async function addMount(
  engine: EngineContext,
  record: ContainerRecord,
  asked: VolumeRequest,
): Promise<{ warnings: string[] }> {
  const volume = checked(asked);
  const { destination } = volume;
  return await addToPlan(engine, record, {
    verb: 'mount',
    field: formatPath(['mounts', destination]),
    check() {
      checkChangeable(record, 'mounts');
      refuseTaken(record, destination);
      if (isUp(record)) refuseVm(engine, record, 'mounts');
    },
    request: () => ({ ...record.request, volumes: [...(record.request.volumes ?? []), volume] }),
    plan: (full) => planWith(record, volume, full),
    live: (planned) => (isUp(record) ? { live: liveEffects(engine, record, planned, volume) } : {}),
    event: ['mount', { destination }],
  });
}

/** @throws PCH_OPTION_INVALID, PCH_NOT_SUPPORTED */
function checked(asked: VolumeRequest): VolumeRequest {
  const { kind, source, options: given = [] } = asked;
  if (kind === 'tmpfs')
    throw new PouchError('PCH_NOT_SUPPORTED', 'a tmpfs cannot be added to a container', {
      hint: 'add a volume, or create the container with the tmpfs',
    });
  if (source === undefined || source === '')
    throw invalidField('volumes', 'expected a host path or the name of a volume, found neither', 'name one');
  if (asked.fill)
    throw invalidField(
      'volumes',
      'a mount that is added is not filled from the image (dr)',
      'copy the content: pouch cp',
    );
  const other = given.find((option) => !options.includes(option));
  if (other !== undefined)
    throw invalidField('volumes', `a mount that is added cannot have the option ${other}`, 'leave it out');
  const destination = posix.resolve('/', asked.destination);
  if (/^\/(proc(\/|$)|$)/.test(destination))
    throw invalidField('volumes', `${destination} cannot be mounted over`, 'choose another destination');
  // The image's content would be read from below the running container.
  return { ...asked, destination, nocopy: true };
}

/** @throws PCH_CONFLICT */
function refuseTaken({ id, name, draft }: ContainerRecord, destination: string): void {
  const taken = [draft.mounts, draft.files, draft.devices].some((group) => destination in group);
  if (!taken) return;
  throw new PouchError('PCH_CONFLICT', `the container ${name} has something mounted on ${destination}`, {
    container: id,
    hint: `choose another destination, or remove it first: pouch mount rm ${name} ${destination}`,
  });
}

async function planWith(
  record: ContainerRecord,
  { destination }: VolumeRequest,
  full: PlannedCreate,
): Promise<PlannedCreate> {
  const stored = await storedPlanOf(record);
  const mount = full.draft.mounts[destination];
  const inSpec = full.spec.mounts.find((one) => one.destination === destination);
  if (!mount || !inSpec) throw leftOut(record, destination);
  const isOwn = effectsOfMount(full.draft, destination);
  const isOfMount = (key: string) => isOwn(key) || key === 'idmap';
  const effects = Object.entries(full.draft.effects).filter(([key]) => isOfMount(key));
  return {
    ...stored,
    request: full.request,
    draft: {
      ...record.draft,
      mounts: { ...record.draft.mounts, [destination]: mount },
      effects: { ...record.draft.effects, ...Object.fromEntries(effects) },
    },
    spec: { ...stored.spec, mounts: parentsFirst([...stored.spec.mounts, inSpec]) },
    effects: [
      ...stored.effects.filter(({ key }) => !isOfMount(key)),
      ...full.effects.filter(({ key }) => isOfMount(key)),
    ],
    abandon: full.abandon,
  };
}

function leftOut({ id, name }: ContainerRecord, destination: string): PouchError {
  return new PouchError('PCH_CONFLICT', `a plugin leaves the mount on ${destination} out`, {
    container: id,
    hint: `pouch plan run shows which one, with the options of ${name}`,
  });
}

/** The effects by which a container that runs gets the mount; they go with this run. */
function liveEffects(
  engine: EngineContext,
  record: ContainerRecord,
  { draft }: PlannedCreate,
  { destination }: VolumeRequest,
): Record<string, Effect> {
  const init = engine.inits.get(record.id);
  if (!init) throw notRunning(record);
  const { source, options: mountOptions } = draft.mounts[destination]!;
  if (mountOptions.includes('ro') && ownsMounts(record)) throw notReadOnly(record, destination);
  const args: LiveMountArgs = {
    init,
    source,
    target: destination,
    options: mountOptions,
    userns: mountOptions.includes('idmap') ? draft.namespaces.user! : null,
    owner: rootIds(draft),
  };
  const isNew = (key: string) => record.draft.effects[key] === undefined;
  const needs = Object.keys(draft.effects).filter(isNew);
  const ofDriver = needs.filter(isVolumeDriverEffect).map((key) => [key, draft.effects[key]!] as const);
  return {
    ...Object.fromEntries(ofDriver),
    [liveMountKey(destination)]: { kind: 'live-mount', stage: 'start', args: { ...args }, needs },
  };
}

/**
 * Whether processes inside could make it writable again: the kernel locks the flags of mounts that a user namespace
 * gets at its creation only (mount_namespaces(7)).
 */
function ownsMounts({ draft }: ContainerRecord): boolean {
  return draft.process.capabilities['CAP_SYS_ADMIN'] === true;
}

function notReadOnly({ id, name }: ContainerRecord, destination: string): PouchError {
  return new PouchError(
    'PCH_CONFLICT',
    `a read-only mount on ${destination} could be made writable inside, while ${name} runs`,
    { container: id, field: 'volumes', hint: `stop it, add the mount, and start it: ${field('volumes')}` },
  );
}
