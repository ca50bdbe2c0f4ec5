/** The kinds of effects that plugins plan as data; hooks/hostEffects.ts has their arguments. */
import type { EffectKind } from '../../../../hooks/effectKind.ts';
import { KeyedLocks } from '../../../state/KeyedLocks.ts';
import { cgroupValueKind } from './cgroup.ts';
import { deviceKind } from './device.ts';
import { fileKind } from './file.ts';
import { firewallKind } from './firewall.ts';
import type { HostEffectRecords } from './HostEffectRecords.ts';
import { type HostKind, recorded } from './hostKind.ts';
import type { PathFiles } from './hostPaths.ts';
import { linkKind } from './link.ts';
import { moduleKind } from './module.ts';
import { mountKind } from './mount.ts';
import { type HostProcessRunner, processKind } from './process.ts';
import { routeKind } from './route.ts';
import { symlinkKind } from './symlink.ts';
import { sysctlKind } from './sysctl.ts';

export type { HostProcessRunner } from './process.ts';
export { type HostEffectRecord, HostEffectRecords } from './HostEffectRecords.ts';

export interface HostEffectDeps {
  files: PathFiles;
  records: HostEffectRecords;
  processes: HostProcessRunner;
  /** Path of a container’s cgroup from the root of the hierarchy. */
  cgroupOf(container: string): string;
  /** File of a container’s network namespace. */
  netnsOf(container: string): string;
}

export function hostEffectKinds({
  files,
  records,
  processes,
  cgroupOf,
  netnsOf,
}: HostEffectDeps): EffectKind[] {
  const kinds = [
    mountKind(files),
    fileKind(files),
    symlinkKind(files),
    sysctlKind(),
    routeKind(),
    firewallKind(),
    cgroupValueKind(cgroupOf),
    deviceKind(files),
    moduleKind(),
    processKind(processes),
  ] as unknown as HostKind<Record<string, unknown>, unknown>[];
  const locks = new KeyedLocks();
  const link = linkKind(netnsOf) as unknown as EffectKind;
  return [...kinds.map((kind) => recorded(kind, { records, locks })), link];
}
