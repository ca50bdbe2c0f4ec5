/** What NRI plugins can ask for and Pouch does not do. None of it is dropped without an error. */
import { PouchError } from '../../../hooks/index.ts';
import type { ContainerAdjustment, LinuxResources, LinuxSeccomp } from '../gen/nri.ts';

/** Fields of LinuxContainerAdjustment that the generated code does not know. */
const linuxFields: Readonly<Record<number, string>> = {
  5: 'linux.io_priority',
  9: 'linux.net_devices',
  10: 'linux.scheduler',
  11: 'linux.rdt',
  12: 'linux.memory_policy',
};

type Message = { _unknownFields?: Readonly<Record<number, unknown>> | undefined };

/** @throws PCH_NRI_ADJUSTMENT */
export function checkAdjustment(adjustment: ContainerAdjustment): void {
  const { linux } = adjustment;
  refuse([
    ...unknownIn(adjustment, {}, ''),
    ...unknownIn(linux ?? {}, linuxFields, 'linux.'),
    ...unsupportedSeccomp(linux?.seccompPolicy),
    ...unsupportedResources(linux?.resources, 'linux.resources'),
  ]);
}

/** Of a container that exists. @throws PCH_NRI_ADJUSTMENT */
export function checkResources(resources: LinuxResources): void {
  const ofRdt = resources.rdtClass ? ['resources.rdt_class'] : [];
  refuse([...ofRdt, ...unsupportedResources(resources, 'resources')]);
}

/** pouchd hands no listener over, and runc 1.1 takes few of the flags. */
function unsupportedSeccomp(policy: LinuxSeccomp | undefined): string[] {
  if (!policy) return [];
  const { flags, listenerPath, listenerMetadata } = policy;
  const asked = {
    flags: flags.length > 0,
    listener_path: listenerPath !== '',
    listener_metadata: listenerMetadata !== '',
  };
  const path = 'linux.seccomp_policy.';
  return [...namesOf(asked).map((name) => `${path}${name}`), ...unknownIn(policy, {}, path)];
}

function namesOf(asked: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(asked).flatMap(([name, isAsked]) => (isAsked ? [name] : []));
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
  return [...namesOf(asked).map((name) => `${path}.${name}`), ...unknownIn(resources, {}, `${path}.`)];
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
