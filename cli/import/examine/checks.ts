import type { Check } from './finding.ts';
import { fstab } from './checks/fstab.ts';
import { access, devices, time } from './checks/host.ts';
import { init } from './checks/init.ts';
import { firewall, modules, sysctls } from './checks/kernel.ts';
import { licences } from './checks/licences.ts';
import { addresses, hostname } from './checks/network.ts';
import { ports } from './checks/ports.ts';
import { services } from './checks/services.ts';
import { sizes } from './checks/sizes.ts';
import { distribution, platform } from './checks/system.ts';
import { cron, users } from './checks/users.ts';

/** What an examination looks at, in the order of its report. */
export const checks: readonly Check[] = [
  distribution,
  platform,
  init,
  services,
  ports,
  cron,
  users,
  hostname,
  addresses,
  fstab,
  modules,
  sysctls,
  firewall,
  time,
  access,
  devices,
  licences,
  sizes,
];
