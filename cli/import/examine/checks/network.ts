import type { FileTree } from '../FileTree.ts';
import type { Check, Finding } from '../finding.ts';

type Found = Omit<Finding, 'topic'>;

/** The name of the host. */
export const hostname: Check = {
  topic: 'host name',
  run({ tree }) {
    const name = hostnameOf(tree);
    return name === undefined ? [] : [{ verdict: 'works', found: name, options: [['hostname', name]] }];
  },
};

export function hostnameOf(tree: FileTree): string | undefined {
  const named = tree.lines('/etc/hostname')[0] ?? tree.lines('/etc/HOSTNAME')[0];
  const files = ['/etc/sysconfig/network', '/etc/conf.d/hostname'].map((path) => tree.read(path)).join('\n');
  const name = named ?? /^hostname="?([^"\n]+)/im.exec(files)?.[1];
  // Docker's limit; localhost names any host.
  return name !== undefined && /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(name) && !/^localhost/.test(name)
    ? name
    : undefined;
}

/** Addresses that the configuration of the network fixes. */
export const addresses: Check = {
  topic: 'network',
  run({ tree }) {
    const fixed = fixedAddresses(tree);
    if (fixed.length === 0) return [];
    const found: Found[] = fixed.map(({ address, file }) => ({
      verdict: 'changes',
      found: `fixed address ${address} in ${file}`,
    }));
    found.at(-1)!.advice =
      'the network of the container sets its addresses: keep one by --ip in a network of its subnet (docs/guides/network.md), and remove the configuration';
    return found;
  },
};

/** An address, with the file that sets it. */
export interface FixedAddress {
  address: string;
  file: string;
}

const sources: [files: (tree: FileTree) => string[], pattern: RegExp][] = [
  // ifupdown: interfaces(5).
  [
    (tree) => ['/etc/network/interfaces', ...tree.filesIn('/etc/network/interfaces.d')],
    /^\s*address\s+([\da-fA-F.:]+(?:\/\d+)?)/gm,
  ],
  // netplan: lists of addresses in YAML, in a line or one per line.
  [
    (tree) => tree.filesIn('/etc/netplan', /\.ya?ml$/),
    /(?:addresses:\s*\[\s*|^\s*-\s*)["']?([\d.]+\/\d+|[\da-fA-F:]+:[\da-fA-F:]*\/\d+)/gm,
  ],
  [
    (tree) => tree.filesIn('/etc/systemd/network', /\.network$/),
    /^Address\s*=\s*([\da-fA-F.:]+(?:\/\d+)?)/gm,
  ],
  [
    (tree) => tree.filesIn('/etc/NetworkManager/system-connections'),
    /^address\d*\s*=\s*([\da-fA-F.:]+(?:\/\d+)?)/gm,
  ],
  [
    (tree) => tree.filesIn('/etc/sysconfig/network-scripts', /^ifcfg-(?!lo$)/),
    /^(?:IPADDR\d*|IPV6ADDR)\s*=\s*["']?([\da-fA-F.:]+)/gm,
  ],
  [
    (tree) => tree.filesIn('/etc/sysconfig/network', /^ifcfg-(?!lo$)/),
    /^IPADDR\w*\s*=\s*["']?([\da-fA-F.:]+)/gm,
  ],
];

export function fixedAddresses(tree: FileTree): FixedAddress[] {
  return sources.flatMap(([files, pattern]) =>
    files(tree).flatMap((file) => {
      const text = tree.read(file).replace(/^\s*#.*$/gm, '');
      const found = [...text.matchAll(pattern)].map((match) => match[1]!);
      return found.filter((one) => !/^(127\.|::1)/.test(one)).map((address) => ({ address, file }));
    }),
  );
}
