import type { Row } from '../support/row.ts';
import { bundleRows } from './bundle.ts';
import { consoleSocketRows } from './commands/consoleSocket.ts';
import { createCommandRows } from './commands/create.ts';
import { deleteCommandRows } from './commands/delete.ts';
import { execRows } from './commands/exec.ts';
import { generalCommandRows } from './commands/general.ts';
import { killCommandRows } from './commands/kill.ts';
import { pauseCommandRows } from './commands/pause.ts';
import { runCommandRows } from './commands/run.ts';
import { reportingCommandRows } from './commands/report.ts';
import { updateCommandRows } from './commands/update.ts';
import { capabilityRows } from './config/capabilities.ts';
import { generalRows } from './config/general.ts';
import { hookFailureRows } from './config/hookFailures.ts';
import { hookRows } from './config/hooks.ts';
import { hostnameRows } from './config/hostname.ts';
import { linuxProcessRows } from './config/linuxProcess.ts';
import { mountMappingRows } from './config/mountMappings.ts';
import { mountOptionRows } from './config/mountOptions.ts';
import { mountPropagationRows } from './config/mountPropagation.ts';
import { mountRows } from './config/mounts.ts';
import { processRows } from './config/process.ts';
import { rlimitRows } from './config/rlimits.ts';
import { rootRows } from './config/root.ts';
import { terminalRows } from './config/terminal.ts';
import { userRows } from './config/user.ts';
import { featureRows } from './features.ts';
import { cgroupRows } from './linux/cgroups.ts';
import { deviceRuleRows } from './linux/deviceRules.ts';
import { deviceRows, defaultDeviceRows, deviceLinkRows } from './linux/devices.ts';
import { defaultFilesystemRows } from './linux/filesystems.ts';
import { limitEffectRows } from './linux/limitEffects.ts';
import { limitRows } from './linux/limits.ts';
import { mappingRows } from './linux/mappings.ts';
import { namespaceRows } from './linux/namespaces.ts';
import { pathRows } from './linux/paths.ts';
import { seccompActionRows } from './linux/seccompActions.ts';
import { seccompArgumentRows } from './linux/seccompArguments.ts';
import { seccompFilterRows } from './linux/seccompFilters.ts';
import { sysctlRows } from './linux/sysctl.ts';
import { createRows } from './runtime/create.ts';
import { deleteRows } from './runtime/delete.ts';
import { killRows } from './runtime/kill.ts';
import { startRows } from './runtime/start.ts';
import { stateRows } from './runtime/state.ts';

/** Every row, in the order of the specification; then runc's command line. */
export const rows: Row[] = [
  ...bundleRows,
  ...generalRows,
  ...rootRows,
  ...mountRows,
  ...mountOptionRows,
  ...mountPropagationRows,
  ...mountMappingRows,
  ...processRows,
  ...terminalRows,
  ...rlimitRows,
  ...linuxProcessRows,
  ...capabilityRows,
  ...userRows,
  ...hostnameRows,
  ...hookRows,
  ...hookFailureRows,
  ...defaultFilesystemRows,
  ...namespaceRows,
  ...mappingRows,
  ...deviceRows,
  ...defaultDeviceRows,
  ...deviceLinkRows,
  ...deviceRuleRows,
  ...cgroupRows,
  ...limitRows,
  ...limitEffectRows,
  ...sysctlRows,
  ...seccompActionRows,
  ...seccompArgumentRows,
  ...seccompFilterRows,
  ...pathRows,
  ...stateRows,
  ...createRows,
  ...startRows,
  ...killRows,
  ...deleteRows,
  ...generalCommandRows,
  ...runCommandRows,
  ...createCommandRows,
  ...consoleSocketRows,
  ...execRows,
  ...killCommandRows,
  ...deleteCommandRows,
  ...pauseCommandRows,
  ...updateCommandRows,
  ...reportingCommandRows,
  ...featureRows,
];
