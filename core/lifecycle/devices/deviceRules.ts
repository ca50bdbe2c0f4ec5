/** Which devices a container may use, as its cgroup has it. */
import type { ContainerDraft, DraftDevice } from '../../../hooks/draft.ts';
import { defaultDevices } from '../../contract/deviceRule.ts';

/** With the console, which is of the container where its runtime allows it. */
const defaults = [...defaultDevices, '5:1'];

/** Whether the container may use all devices, as one with `privileged` may. */
export function allowsAll({ deviceRules }: Pick<ContainerDraft, 'deviceRules'>): boolean {
  return Object.values(deviceRules).some(
    ({ allow, type = 'a', major, minor }) =>
      allow && type === 'a' && major === undefined && minor === undefined,
  );
}

/** The access to a device that the container has by nothing else. @param path where it has the device */
export function ownAccess(
  draft: Pick<ContainerDraft, 'devices' | 'deviceRules'>,
  path: string,
  device: DraftDevice,
): string {
  const { type, major, minor, access } = device;
  if (type === 'c' && defaults.includes(`${major}:${minor}`)) return '';
  const others = Object.entries(draft.devices).filter(([other]) => other !== path);
  const granting = [...others.map(([, one]) => one), ...Object.values(draft.deviceRules)].filter(
    (one) => one.type === type && one.major === major && one.minor === minor,
  );
  return [...access].filter((letter) => granting.every((one) => !one.access?.includes(letter))).join('');
}
