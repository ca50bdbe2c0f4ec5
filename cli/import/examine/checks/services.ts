import { posix } from 'node:path';
import type { FileTree } from '../FileTree.ts';
import type { Check } from '../finding.ts';
import { type Mode, modeOf } from './init.ts';

/** Services that only a host of its own needs; a container has no such hardware or kernel. */
const ofHosts: Record<string, string> = {
  'smartd|smartmontools': 'disks are those of the host',
  'mdadm|mdmonitor|lvm2-monitor|lvm2-lvmpolld|multipathd|iscsid?|open-iscsi': 'disks are those of the host',
  'irqbalance|thermald|tuned|cpufrequtils|acpid|lm-sensors|fancontrol|microcode|mcelog|rasdaemon':
    'hardware is that of the host',
  'qemu-guest-agent|vmtoolsd|open-vm-tools|vgauth|hv-.*|xe-daemon|virtualbox-guest.*':
    'no hypervisor is below a container',
  'kdump|kdump-tools|crash': 'the kernel is that of the host',
  'auditd|audit': 'the audit log is that of the host',
  'bluetooth|wpa_supplicant|ModemManager|NetworkManager-wait-online': 'devices are those of the host',
  'cloud-init.*|cloud-config|cloud-final|waagent|google-.*': 'no cloud serves metadata here',
};

/** What starts with the system. */
export const services: Check = {
  topic: 'services',
  run({ tree }) {
    const names = enabledServices(tree);
    if (names.length === 0) return [];
    const useless = names.flatMap((name) => {
      const why = Object.entries(ofHosts).find(([pattern]) => new RegExp(`^(${pattern})$`).test(name))?.[1];
      return why === undefined ? [] : [{ name, why }];
    });
    return [
      { verdict: 'works', found: `${names.length} enabled: ${names.join(', ')}` },
      ...useless.map(({ name, why }) => ({
        verdict: 'cannot' as const,
        found: `${name}: ${why}`,
        advice: `disable it: pouch svc disable NAME ${name}`,
      })),
    ];
  },
};

/** Returns the names of the services that the init starts. */
export function enabledServices(tree: FileTree, mode: Mode = modeOf(tree)): string[] {
  return [...new Set(finders[mode](tree))].sort();
}

const finders: Record<Mode, (tree: FileTree) => string[]> = {
  systemd: (tree) => [...wanted(tree), ...(tree.isDirectory('/etc/rc3.d') ? generated(tree) : [])],
  openrc: (tree) => ['boot', 'default', 'sysinit'].flatMap((level) => tree.list(`/etc/runlevels/${level}`)),
  runit: (tree) => first(tree, ['/etc/runit/runsvdir/default', '/etc/service', '/service']),
  s6: (tree) => first(tree, ['/etc/s6/services', '/etc/s6/service', '/etc/services.d', '/service']),
  'sbin-init': (tree) => [...scripts(tree), ...upstart(tree)],
  'dumb-init': () => [],
};

/** Links of `systemctl enable` (systemd.unit(5)); those of the distribution itself are in /lib. */
function wanted(tree: FileTree): string[] {
  const targets = tree.list('/etc/systemd/system').filter((name) => /\.target\.(wants|requires)$/.test(name));
  const units = targets.flatMap((target) => tree.list(`/etc/systemd/system/${target}`));
  return units.filter((unit) => unit.endsWith('.service')).map((unit) => unit.replace(/\.service$/, ''));
}

/** Scripts of sysvinit for which no unit exists: systemd starts them. */
function generated(tree: FileTree): string[] {
  const hasUnit = (name: string) =>
    ['/lib/systemd/system', '/usr/lib/systemd/system', '/etc/systemd/system'].some(
      (directory) => tree.lookAt(posix.join(directory, `${name}.service`)) !== undefined,
    );
  return scripts(tree).filter((name) => !hasUnit(name));
}

/** Links `S20name` of the default run level of sysvinit. */
function scripts(tree: FileTree): string[] {
  const level = /^id:([2-5]):initdefault:/m.exec(tree.read('/etc/inittab'))?.[1] ?? '2';
  const directories = [`/etc/rc${level}.d`, `/etc/rc.d/rc${level}.d`, '/etc/rc3.d', '/etc/init.d/rc3.d'];
  const found = directories.find((directory) => tree.list(directory).length > 0);
  const names = found === undefined ? [] : tree.list(found);
  return names.flatMap((name) => /^S\d\d(.+)$/.exec(name)?.[1] ?? []);
}

function upstart(tree: FileTree): string[] {
  const jobs = tree.filesIn('/etc/init', /\.conf$/).filter((path) => /^start on/m.test(tree.read(path)));
  return jobs.map((path) => posix.basename(path, '.conf'));
}

function first(tree: FileTree, directories: readonly string[]): string[] {
  const found = directories.find((directory) => tree.list(directory).length > 0);
  return found === undefined ? [] : tree.list(found).filter((name) => !name.startsWith('.'));
}
