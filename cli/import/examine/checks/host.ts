import type { Check } from '../finding.ts';
import { enabledServices } from './services.ts';

/** Programs that set the clock. */
export const time: Check = {
  topic: 'time',
  run({ tree }) {
    const names = /^(ntp|ntpd|ntpsec|chrony|chronyd|openntpd|systemd-timesyncd|busybox-ntpd)$/;
    const clocks = enabledServices(tree).filter((name) => names.test(name));
    return clocks.map((name) => ({
      verdict: 'cannot' as const,
      found: `${name}: the clock is that of the host`,
      advice: `disable it: pouch svc disable NAME ${name}`,
    }));
  },
};

/** Mandatory access control, which belongs to the kernel. */
export const access: Check = {
  topic: 'access control',
  run({ tree }) {
    const selinux = /^SELINUX\s*=\s*(enforcing|permissive)/m.exec(tree.read('/etc/selinux/config'))?.[1];
    const profiles = tree.filesIn('/etc/apparmor.d').length;
    return [
      ...(selinux === undefined
        ? []
        : [{ verdict: 'cannot' as const, found: `SELinux ${selinux}: its policy is that of the host` }]),
      ...(profiles > 0 && enabledServices(tree).includes('apparmor')
        ? [
            {
              verdict: 'cannot' as const,
              found: `AppArmor with ${profiles} profiles: those of the host apply`,
            },
          ]
        : []),
    ];
  },
};

/** Devices that the configuration names. */
export const devices: Check = {
  topic: 'devices',
  run({ tree }) {
    const rules = tree
      .filesIn('/etc/udev/rules.d', /\.rules$/)
      .filter((path) => !/persistent|70-snap/.test(path));
    const raw = ['/etc/raw', '/etc/sysconfig/rawdevices', '/etc/udev/rules.d/60-raw.rules'].filter(
      (path) => tree.lines(path).length > 0,
    );
    return [
      ...rules.map((path) => ({
        verdict: 'cannot' as const,
        found: `udev rules in ${path}: no udev runs in a container`,
        advice: 'give the container the device: --device /dev/NAME',
      })),
      ...raw.map((path) => ({
        verdict: 'changes' as const,
        found: `raw devices in ${path}`,
        advice: 'give the container the block devices: --device /dev/NAME',
      })),
    ];
  },
};
