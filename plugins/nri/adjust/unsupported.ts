/** What NRI plugins can ask for and Pouch does not do. None of it is dropped without an error. */
import { PouchError } from '../../../hooks/index.ts';
import type { ContainerAdjustment, LinuxResources } from '../gen/nri.ts';

/** Fields of LinuxContainerAdjustment that the generated code does not know. */
const linuxFields: Readonly<Record<number, string>> = {
  5: 'linux.io_priority',
  6: 'linux.seccomp_policy',
  7: 'linux.namespaces',
  9: 'linux.net_devices',
  10: 'linux.scheduler',
  11: 'linux.rdt',
  12: 'linux.memory_policy',
};

type Message = { _unknownFields?: Readonly<Record<number, unknown>> | undefined };

/** @throws PCH_NRI_ADJUSTMENT */
export function checkAdjustment(adjustment: ContainerAdjustment): void {
  const { linux, CDIDevices } = adjustment;
  refuse([
    ...unknownIn(adjustment, {}, ''),
    ...unknownIn(linux ?? {}, linuxFields, 'linux.'),
    ...(CDIDevices.length > 0 ? ['CDI_devices'] : []),
    ...unsupportedResources(linux?.resources, 'linux.resources'),
  ]);
}

/** Of a container that exists. @throws PCH_NRI_ADJUSTMENT */
export function checkResources(resources: LinuxResources): void {
  const ofRdt = resources.rdtClass ? ['resources.rdt_class'] : [];
  refuse([...ofRdt, ...unsupportedResources(resources, 'resources')]);
}

function unsupportedResources(resources: LinuxResources | undefined, path: string): string[] {
  if (!resources) return [];
  const { memory, devices, unified, blockioClass } = resources;
  const asked = {
    'memory.kernel_tcp': memory?.kernelTcp !== undefined,
    'memory.use_hierarchy': memory?.useHierarchy !== undefined,
    blockio_class: blockioClass !== undefined && blockioClass.value !== '',
    unified: Object.keys(unified).length > 0,
    devices: devices.length > 0,
  };
  return [
    ...Object.entries(asked).flatMap(([name, isAsked]) => (isAsked ? [`${path}.${name}`] : [])),
    ...unknownIn(resources, {}, `${path}.`),
  ];
}

function unknownIn(
  { _unknownFields = {} }: Message,
  names: Readonly<Record<number, string>>,
  path: string,
): string[] {
  // The key is that of the wire: the number, and three bits of type.
  const numbers = Object.keys(_unknownFields).map((tag) => Number(tag) >>> 3);
  return numbers.map((number) => names[number] ?? `${path}field ${number}`);
}

function refuse(fields: readonly string[]): void {
  if (fields.length === 0) return;
  throw new PouchError('PCH_NRI_ADJUSTMENT', `Pouch does not adjust ${fields.join(', ')}`, {
    hint: 'docs/guides/nri.md lists what it adjusts; configure the NRI plugin to leave the rest alone',
  });
}
