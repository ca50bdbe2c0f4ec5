import type { Check, Finding } from '../finding.ts';

type Found = Omit<Finding, 'topic'>;

/** Modules that the boot loads. */
export const modules: Check = {
  topic: 'kernel modules',
  run({ tree }) {
    const files = ['/etc/modules', ...tree.filesIn('/etc/modules-load.d', /\.conf$/)];
    const names = [...new Set(files.flatMap((file) => tree.lines(file)))];
    if (names.length === 0) return [];
    const advice = 'load them on the host of the container, if they are needed there';
    return [{ verdict: 'cannot', found: `${names.join(', ')}: containers load no modules`, advice }];
  },
};

/** Kernel parameters that a network or IPC namespace has for itself (sysctl(8); docs of the kernel). */
const namespaced =
  /^(net\.(?!core\.(bpf|netdev_(?!budget)|[rw]mem_(default|max)|optmem)|ipv4\.tcp_mem)|kernel\.(msg(max|mnb|mni)|sem|shm(all|max|mni|_rmid_forced))$|fs\.mqueue\.)/;
const ofUts = /^kernel\.(hostname|domainname)$/;

/** Parameters of sysctl.conf(5). */
export const sysctls: Check = {
  topic: 'sysctl',
  run({ tree }) {
    const files = ['/etc/sysctl.conf', ...tree.filesIn('/etc/sysctl.d', /\.conf$/)];
    const settings = files.flatMap((file) => tree.lines(file).map(settingOf));
    // The last one counts.
    const last = new Map(settings.filter(([name]) => name !== ''));
    return [...last].map(([name, value]) => findingOf(name, value));
  },
};

function settingOf(line: string): [string, string] {
  const equals = line.indexOf('=');
  if (equals < 0) return ['', ''];
  const name = line.slice(0, equals).trim().replace(/^-/, '');
  return [name.includes('/') ? name.replaceAll('/', '.') : name, line.slice(equals + 1).trim()];
}

function findingOf(name: string, value: string): Found {
  const found = `${name} = ${value}`;
  if (ofUts.test(name)) return { verdict: 'works', found };
  if (namespaced.test(name) && !name.includes('*'))
    return { verdict: 'works', found, options: [['sysctl', `${name}=${value.replace(/\s+/g, ' ')}`]] };
  return {
    verdict: 'cannot',
    found: `${found}: is a parameter of the whole kernel`,
    advice: 'set it on the host of the container, if it is needed',
  };
}

/** Rules of packet filters that the boot loads. */
export const firewall: Check = {
  topic: 'firewall',
  run({ tree }) {
    const files = [
      '/etc/nftables.conf',
      '/etc/iptables/rules.v4',
      '/etc/iptables/rules.v6',
      '/etc/sysconfig/iptables',
      '/etc/sysconfig/nftables.conf',
      '/etc/ufw/user.rules',
      '/etc/shorewall/rules',
    ].filter((path) => tree.lines(path).length > 0);
    const zones = tree.filesIn('/etc/firewalld/zones', /\.xml$/);
    const all = [...files, ...zones];
    if (all.length === 0) return [];
    return [
      {
        verdict: 'changes',
        found: `rules in ${all.join(', ')}`,
        advice:
          'rules for addresses and interfaces of the host no longer fit; the container needs --cap-add NET_ADMIN to load them',
      },
    ];
  },
};
