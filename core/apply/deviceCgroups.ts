/** Which devices the processes of a running container may use. */
import type { DraftDevice } from '../../hooks/draft.ts';
import type { ContainerRecord } from '../../hooks/engine.ts';
import type { OciDeviceRule } from '../../hooks/oci.ts';
import { defaultDevices, withDevice } from '../contract/deviceRule.ts';
import { cgroupVersion } from '../host/detect.ts';
import { allowDevice, denyDevice } from '../host/deviceList.ts';
import { type ProgramSettings, replaceDeviceProgram } from '../host/deviceProgram/replaceProgram.ts';
import { storedPlanOf } from '../state/planFiles.ts';
import { isScope } from './effects/systemdScope.ts';

export interface DeviceCgroups {
  /** Allows a device beside those of the container's plan. @throws the system’s error, or PCH_DEVICE_RULES_FAILED */
  allow(record: ContainerRecord, device: DraftDevice): Promise<void>;
  /** Forbids it again. Does nothing if the cgroup is gone. @throws like `allow` */
  forbid(record: ContainerRecord, device: DraftDevice, remains: Remaining): Promise<void>;
  /** Allows the devices of the plan again, which an update may have forbidden. @throws like `allow` */
  renew(record: ContainerRecord): Promise<void>;
}

export interface Remaining {
  /** The access to the device that the container has by nothing else. */
  ownAccess: string;
  /** Those without the device; missing: the container's plan has it no more. */
  rules?: readonly OciDeviceRule[] | undefined;
}

/** Those of this host. @param program path of `pouch-devices` */
export function deviceCgroupsOf(program: string): DeviceCgroups {
  return cgroupVersion() === '2' ? devicePrograms({ program, hierarchy: '/sys/fs/cgroup' }) : deviceLists;
}

/** In cgroup v1 a cgroup has a list, which can be changed. */
const deviceLists: DeviceCgroups = {
  allow: ({ draft }, device) => allowDevice(draft.cgroupsPath, device),
  forbid: ({ draft }, device, { ownAccess }) =>
    denyDevice(draft.cgroupsPath, { ...device, access: ownAccess }),
  renew: () => Promise.resolve(),
};

/** In cgroup v2 it has a program, which is made anew of all rules that are to hold. */
export function devicePrograms(settings: ProgramSettings): DeviceCgroups {
  const replace = ({ draft }: ContainerRecord, rules: readonly OciDeviceRule[]) =>
    replaceDeviceProgram(settings, draft.cgroupsPath, [...rules, ...always]);
  return {
    async allow(record, device) {
      await replace(record, withDevice(await plannedRules(record), device));
    },
    async forbid(record, _device, { rules }) {
      await replace(record, rules ?? (await plannedRules(record)));
    },
    // With new limits, systemd attaches the program of its scope again, which is that of the container's start.
    async renew(record) {
      if (isScope(record.draft.cgroupsPath)) await replace(record, await plannedRules(record));
    },
  };
}

async function plannedRules(record: ContainerRecord): Promise<readonly OciDeviceRule[]> {
  return (await storedPlanOf(record)).spec.linux.resources?.devices ?? [];
}

/** What runc, crun and runlxc all allow in every container, after the rules of its spec. */
const always: readonly OciDeviceRule[] = [
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...defaultDevices.map((device) => {
    const [major, minor] = device.split(':').map(Number);
    return { allow: true, type: 'c', major, minor, access: 'rwm' };
  }),
  { allow: true, type: 'c', major: 136, access: 'rwm' },
];
