import { posix } from 'node:path';
import type { DraftDevice } from '../../../hooks/draft.ts';
import { liveDeviceKey } from '../../../hooks/draftKeys.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { OciDeviceRule } from '../../../hooks/oci.ts';
import { ruleOfDevice } from '../../contract/deviceRule.ts';
import { ownFilePath } from '../../contract/ownFiles.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { formatPath, isWithin } from '../../plugins/index.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import { isUp } from '../../state/status.ts';
import { replacePlan } from '../reconcile/replacePlan.ts';
import { checkChangeable, refuseVm } from '../shared/changeable.ts';
import { emitContainer, type EngineContext, underLock } from '../shared/engineContext.ts';
import { allowsAll, ownAccess } from './deviceRules.ts';

/**
 * Takes a device away that was asked for: at once in a container that runs, and from its next start on. Processes keep
 * what they have open. A call that was cut off can be repeated.
 * @throws PCH_DEVICE_NOT_FOUND
 */
export async function removeDevice(
  engine: EngineContext,
  record: ContainerRecord,
  asked: string,
): Promise<void> {
  const path = posix.resolve('/', asked);
  await underLock(engine, record, 'device', async () => {
    checkChangeable(record, 'devices');
    const device = record.draft.devices[path];
    if (!device || !isAsked(record, path)) throw notFound(record, path);
    if (isUp(record)) refuseVm(engine, record, 'devices');
    const planned = await planWithout(record, path, device);
    if (isUp(record)) await takeAway(engine, record, path, planned);
    await replacePlan(engine, record, planned, record.degraded, { gone: [liveDeviceKey(path)] });
    emitContainer(engine, 'device_remove', record, { device: path });
  });
}

/** Not those of plugins, of CDI and of `privileged`. */
function isAsked({ request }: ContainerRecord, path: string): boolean {
  return (request.devices ?? []).some((one) => isOn(one, path));
}

function isOn({ host, path = host }: { host: string; path?: string | undefined }, wanted: string): boolean {
  return posix.resolve('/', path) === wanted;
}

async function takeAway(
  engine: EngineContext,
  record: ContainerRecord,
  path: string,
  { spec }: PlannedCreate,
): Promise<void> {
  const { name, draft, paths } = record;
  const device = draft.devices[path]!;
  const init = engine.inits.get(record.id);
  if (!init) return;
  if (!allowsAll(draft))
    await engine.deviceCgroups.forbid(record, device, {
      ownAccess: ownAccess(draft, path, device),
      rules: spec.linux.resources?.devices ?? [],
    });
  const sources = [ownFilePath(paths.directory, path), device.hostPath ?? path];
  await engine.files.removeDeviceInside({ name, init }, { target: path, sources, numbers: device });
}

async function planWithout(
  record: ContainerRecord,
  path: string,
  device: DraftDevice,
): Promise<PlannedCreate> {
  const stored = await storedPlanOf(record);
  const { draft, request } = record;
  const { [path]: _device, ...devices } = draft.devices;
  const { spec } = stored;
  const { resources } = spec.linux;
  return {
    ...stored,
    request: { ...request, devices: request.devices?.filter((one) => !isOn(one, path)) },
    draft: { ...draft, devices },
    spec: {
      ...spec,
      mounts: spec.mounts.filter(({ destination }) => destination !== path),
      linux: {
        ...spec.linux,
        devices: spec.linux.devices?.filter((one) => one.path !== path),
        resources: { ...resources, devices: without(resources?.devices ?? [], ruleOfDevice(device)) },
      },
    },
    blame: stored.blame.filter(({ field }) => !isWithin(field, formatPath(['devices', path]))),
    abandon: () => undefined,
  };
}

/** Another device may have the same rule. */
function without(rules: readonly OciDeviceRule[], rule: OciDeviceRule): OciDeviceRule[] {
  const at = rules.findIndex(
    ({ allow, type, major, minor, access }) =>
      allow && type === rule.type && major === rule.major && minor === rule.minor && access === rule.access,
  );
  return rules.filter((_, index) => index !== at);
}

function notFound({ id, name }: ContainerRecord, path: string): PouchError {
  return new PouchError('PCH_DEVICE_NOT_FOUND', `the container ${name} was not given a device on ${path}`, {
    container: id,
    hint: `pouch device ls ${name} lists its devices`,
  });
}
