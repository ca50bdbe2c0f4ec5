import type { Row } from '../support/row.ts';
import { capabilityRows } from './capabilities.ts';
import { cgroupRows, limitEffectRows, limitRows } from './cgroups.ts';
import { commandLineRows } from './commandLine.ts';
import { defaultDeviceRows, deviceLinkRows, deviceRows, deviceRuleRows } from './devices.ts';
import { execRows } from './exec.ts';
import { featureRows } from './features.ts';
import { hookRows } from './hooks.ts';
import { configRows, createRows, deleteRows, killRows, startRows, stateRows } from './lifecycle.ts';
import { linuxProcessRows } from './linuxProcess.ts';
import { mountOptionRows } from './mountOptions.ts';
import { defaultFilesystemRows, mountRows } from './mounts.ts';
import { hostnameRows, mappingRows, namespaceRows } from './namespaces.ts';
import { pathRows } from './paths.ts';
import { processRows } from './process.ts';
import { rlimitRows } from './rlimits.ts';
import { rootRows } from './root.ts';
import { seccompRows } from './seccomp.ts';
import { sysctlRows } from './sysctl.ts';
import { terminalRows } from './terminal.ts';
import { userRows } from './user.ts';

/** Every row, in the order of the specification. */
export const rows: Row[] = [
  ...configRows,
  ...rootRows,
  ...mountRows,
  ...mountOptionRows,
  ...processRows,
  ...rlimitRows,
  ...linuxProcessRows,
  ...capabilityRows,
  ...userRows,
  ...hostnameRows,
  ...defaultFilesystemRows,
  ...namespaceRows,
  ...mappingRows,
  ...deviceRows,
  ...defaultDeviceRows,
  ...deviceLinkRows,
  ...cgroupRows,
  ...deviceRuleRows,
  ...limitRows,
  ...limitEffectRows,
  ...sysctlRows,
  ...seccompRows,
  ...pathRows,
  ...hookRows,
  ...stateRows,
  ...createRows,
  ...startRows,
  ...killRows,
  ...deleteRows,
  ...terminalRows,
  ...execRows,
  ...commandLineRows,
  ...featureRows,
];
