import type { FileTree } from '../FileTree.ts';
import type { Check } from '../finding.ts';

/** The distribution, by os-release(5) or older files. */
export const distribution: Check = {
  topic: 'system',
  run({ tree }) {
    const name = distributionOf(tree);
    if (name !== undefined) return [{ verdict: 'info', found: name }];
    const advice = 'check that SOURCE is a root directory, with /etc in it';
    return [{ verdict: 'info', found: 'unknown: no os-release', advice }];
  },
};

export function distributionOf(tree: FileTree): string | undefined {
  const text = tree.read('/etc/os-release') || tree.read('/usr/lib/os-release');
  const pretty = /^PRETTY_NAME=(.*)$/m.exec(text)?.[1] ?? /^ID=(.*)$/m.exec(text)?.[1];
  if (pretty !== undefined) return pretty.replace(/^["']|["']$/g, '');
  const releases = [
    '/etc/redhat-release',
    '/etc/SuSE-release',
    '/etc/alpine-release',
    '/etc/slackware-version',
  ];
  const older = releases.map((path) => tree.read(path).split('\n', 1)[0]!.trim()).find(Boolean);
  const debian = tree.read('/etc/debian_version').trim();
  return older ?? (debian === '' ? undefined : `Debian ${debian}`);
}

/** The platform of the programs: elf(5), e_machine. */
export const platform: Check = {
  topic: 'platform',
  run({ tree }) {
    const found = platformOf(tree);
    if (found === undefined) return [{ verdict: 'info', found: 'unknown: no program was found at /bin/sh' }];
    return [
      {
        verdict: 'info',
        found,
        advice: `pouch run needs a host with ${found}; import with --platform ${found} on another`,
      },
    ];
  },
};

const processors: Record<number, string> = {
  0x03: 'linux/386',
  0x28: 'linux/arm/v7',
  0x3e: 'linux/amd64',
  0xb7: 'linux/arm64',
  0xf3: 'linux/riscv64',
  0x16: 'linux/s390x',
  0x15: 'linux/ppc64le',
};

export function platformOf(tree: FileTree): string | undefined {
  const candidates = ['/bin/sh', '/bin/bash', '/bin/busybox', '/bin/ls', '/sbin/init'];
  for (const path of candidates) {
    const head = Buffer.from(tree.read(path), 'latin1');
    if (head.toString('latin1', 0, 4) !== '\x7fELF' || head.length < 20) continue;
    const isBig = head[5] === 2;
    const code = isBig ? head.readUInt16BE(18) : head.readUInt16LE(18);
    return processors[code] ?? `linux with the ELF processor ${code}`;
  }
  return undefined;
}
