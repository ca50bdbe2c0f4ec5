import { posix } from 'node:path';
import { liveDeviceKey } from '../../../hooks/draftKeys.ts';
import type { Effect } from '../../../hooks/effects.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { DeviceRequest } from '../../../hooks/request.ts';
import type { LiveDeviceArgs } from '../../apply/effects/liveDevice.ts';
import { withDevice } from '../../contract/deviceRule.ts';
import { parentsFirst } from '../../plan/ociSpec.ts';
import type { PlannedCreate } from '../../plan/Planner.ts';
import { formatPath } from '../../plugins/index.ts';
import { storedPlanOf } from '../../state/planFiles.ts';
import { isUp } from '../../state/status.ts';
import { addToPlan } from '../reconcile/addToPlan.ts';
import { checkChangeable, refuseVm } from '../shared/changeable.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { allowsAll, ownAccess } from './deviceRules.ts';

/**
 * Gives a container a device of the host: at once in one that runs, and at each start. A failure leaves the container
 * as it was.
 */
export async function addDevice(
  engine: EngineContext,
  record: ContainerRecord,
  asked: DeviceRequest,
): Promise<{ warnings: string[] }> {
  const device = { ...asked, path: posix.resolve('/', asked.path ?? asked.host) };
  const { path } = device;
  return await addToPlan(engine, record, {
    verb: 'device',
    field: formatPath(['devices', path]),
    check() {
      checkChangeable(record, 'devices');
      refuseTaken(record, path);
      if (isUp(record)) checkLive(engine, record, path);
    },
    request: () => ({ ...record.request, devices: [...(record.request.devices ?? []), device] }),
    plan: (full) => planWith(record, path, full),
    live: (planned) => (isUp(record) ? { live: liveEffect(engine, record, planned, path) } : {}),
    event: ['device_add', { device: path }],
  });
}

/** @throws PCH_CONFLICT */
function refuseTaken({ id, name, draft }: ContainerRecord, path: string): void {
  if (path in draft.devices)
    throw new PouchError('PCH_CONFLICT', `the container ${name} has a device on ${path}`, {
      container: id,
      hint: `choose another path in the container, or remove it first: pouch device rm ${name} ${path}`,
    });
  if (!(path in draft.mounts) && !(path in draft.files)) return;
  throw new PouchError('PCH_CONFLICT', `the container ${name} has something mounted on ${path}`, {
    container: id,
    hint: 'choose another path in the container',
  });
}

/** @throws PCH_RUNTIME_CANNOT, PCH_OPTION_INVALID */
function checkLive(engine: EngineContext, record: ContainerRecord, path: string): void {
  refuseVm(engine, record, 'devices');
  const { name, draft } = record;
  const later = `stop it, add the device, and start it: pouch stop ${name}`;
  // A node in the root file system would be left there as an empty file at the next start.
  const [mounted] = Object.keys(draft.mounts)
    .filter((mount) => path.startsWith(`${mount}/`))
    .toSorted((a, b) => b.length - a.length);
  if (mounted === '/dev' && draft.mounts[mounted]?.type === 'tmpfs') return;
  throw invalidField(
    'devices',
    `expected a path in the container’s own /dev while it runs, found ${path}`,
    `choose another path, or ${later}`,
  );
}

async function planWith(record: ContainerRecord, path: string, full: PlannedCreate): Promise<PlannedCreate> {
  const stored = await storedPlanOf(record);
  const device = full.draft.devices[path];
  if (!device) throw leftOut(record, path);
  const { spec } = stored;
  const { resources } = spec.linux;
  const bound = full.spec.mounts.filter(({ destination }) => destination === path);
  const made = full.spec.linux.devices?.filter((one) => one.path === path) ?? [];
  return {
    ...stored,
    request: full.request,
    draft: { ...record.draft, devices: { ...record.draft.devices, [path]: device } },
    spec: {
      ...spec,
      mounts: parentsFirst([...spec.mounts, ...bound]),
      linux: {
        ...spec.linux,
        devices: [...(spec.linux.devices ?? []), ...made],
        resources: { ...resources, devices: withDevice(resources?.devices ?? [], device) },
      },
    },
    abandon: full.abandon,
  };
}

function leftOut({ id, name }: ContainerRecord, path: string): PouchError {
  return new PouchError('PCH_CONFLICT', `a plugin leaves the device ${path} out`, {
    container: id,
    hint: `pouch plan run shows which one, with the options of ${name}`,
  });
}

/** The effect by which a container that runs gets the device; it goes with this run. */
function liveEffect(
  engine: EngineContext,
  record: ContainerRecord,
  { draft }: PlannedCreate,
  path: string,
): Record<string, Effect> {
  const init = engine.inits.get(record.id);
  if (!init) throw notRunning(record);
  const device = draft.devices[path]!;
  const args: LiveDeviceArgs = {
    init,
    target: path,
    device,
    cgroup: allowsAll(draft) ? null : draft.cgroupsPath,
    ownAccess: ownAccess(draft, path, device),
  };
  return { [liveDeviceKey(path)]: { kind: 'live-device', stage: 'start', args } };
}
