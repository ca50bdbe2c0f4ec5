import type { OciResources } from '../../../hooks/oci.ts';
import type { ResourceRequest } from '../../../hooks/request.ts';

type Field = readonly [group: keyof OciResources, field: string];

const memory: Field = ['memory', 'limit'];
const swap: Field = ['memory', 'swap'];
const cpu: Field[] = [
  ['cpu', 'quota'],
  ['cpu', 'period'],
];

/** Where each option of an update goes in OCI's resources (config-linux.md, Control groups). */
const fieldsOf: { [Option in keyof ResourceRequest]-?: readonly Field[] } = {
  // Swap that was not asked for follows memory.
  memory: [memory, swap],
  memoryReservation: [['memory', 'reservation']],
  memorySwap: [swap],
  memorySwappiness: [['memory', 'swappiness']],
  oomKillDisable: [['memory', 'disableOOMKiller']],
  nanoCpus: cpu,
  cpuQuota: cpu,
  cpuPeriod: cpu,
  cpuShares: [['cpu', 'shares']],
  cpusetCpus: [['cpu', 'cpus']],
  cpusetMems: [['cpu', 'mems']],
  pids: [['pids', 'limit']],
  blkioWeight: [['blockIO', 'weight']],
  blkioDeviceReadBps: [['blockIO', 'throttleReadBpsDevice']],
  blkioDeviceWriteBps: [['blockIO', 'throttleWriteBpsDevice']],
  blkioDeviceReadIops: [['blockIO', 'throttleReadIOPSDevice']],
  blkioDeviceWriteIops: [['blockIO', 'throttleWriteIOPSDevice']],
};

/**
 * Lays the limits of an update over those that a container has: only the fields of the options that were given change, so
 * that what plugins have set stays.
 */
export function layOver(resources: OciResources, wanted: OciResources, given: ResourceRequest): void {
  const options = Object.keys(given) as (keyof ResourceRequest)[];
  for (const field of options.flatMap((option) => fieldsOf[option])) copyField(resources, wanted, field);
}

type Groups = Record<string, Record<string, unknown> | undefined>;

function copyField(to: OciResources, from: OciResources, [group, field]: Field): void {
  const [target, source] = [to as Groups, from as Groups];
  const value = source[group]?.[field];
  if (value !== undefined) (target[group] ??= {})[field] = value;
  else if (target[group]) delete target[group][field];
  if (target[group] && Object.keys(target[group]).length === 0) delete target[group];
}
