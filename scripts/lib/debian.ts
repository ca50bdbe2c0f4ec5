import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { SetupError } from './SetupError.ts';

/** A Debian package, and a file or command that shows whether it is installed. */
export interface HostPackage {
  name: string;
  /** A command in PATH, or an absolute path. */
  provides: string;
}

/** Packages to run containers. */
export const runtimePackages: readonly HostPackage[] = [
  { name: 'containerd', provides: 'containerd' },
  { name: 'runc', provides: 'runc' },
  { name: 'containernetworking-plugins', provides: '/usr/lib/cni/bridge' },
  { name: 'iptables', provides: 'iptables' },
  { name: 'iproute2', provides: 'ip' },
  { name: 'tini', provides: 'tini-static' },
];

/** Packages for `pouch image bootstrap`. */
export const bootstrapPackages: readonly HostPackage[] = [
  { name: 'mmdebstrap', provides: 'mmdebstrap' },
  { name: 'debian-archive-keyring', provides: '/usr/share/keyrings/debian-archive-keyring.gpg' },
];

/** Packages to build the program that confines plugins. */
export const compilerPackages: readonly HostPackage[] = [
  { name: 'gcc', provides: 'gcc' },
  { name: 'libc6-dev', provides: '/usr/include/stdio.h' },
];

/** Packages to build the native parts, with those of runlxc; the headers depend on liblxc. */
const nativePackages: readonly HostPackage[] = [
  ...compilerPackages,
  { name: 'lxc-dev', provides: '/usr/include/lxc/lxccontainer.h' },
  { name: 'libseccomp-dev', provides: '/usr/include/seccomp.h' },
];

/** Further packages for the tests. */
export const testPackages: readonly HostPackage[] = [
  ...nativePackages,
  { name: 'crun', provides: 'crun' },
  { name: 'busybox-static', provides: '/bin/busybox' },
  { name: 'docker-registry', provides: 'docker-registry' },
  { name: 'skopeo', provides: 'skopeo' },
  { name: 'umoci', provides: 'umoci' },
  { name: 'lxcfs', provides: 'lxcfs' },
  { name: 'tmux', provides: 'tmux' },
  { name: 'procps', provides: 'ps' },
  { name: 'systemd', provides: '/lib/systemd/systemd-journald' },
  { name: 'openssh-client', provides: 'sftp' },
  { name: 'openssl', provides: 'openssl' },
  { name: 'e2fsprogs', provides: 'mkfs.ext4' },
  { name: 'btrfs-progs', provides: 'mkfs.btrfs' },
  { name: 'libcap2-bin', provides: 'setcap' },
  { name: 'qemu-utils', provides: 'qemu-img' },
  { name: 'rsync', provides: 'rsync' },
  { name: 'openssh-server', provides: '/usr/sbin/sshd' },
  { name: 'xz-utils', provides: 'xz' },
  { name: 'zstd', provides: 'zstd' },
  { name: 'nftables', provides: 'nft' },
  { name: 'docker.io', provides: '/usr/sbin/dockerd' },
  { name: 'docker-compose', provides: 'docker-compose' },
  { name: 'podman', provides: 'podman' },
  // Clients of the Engine API.
  { name: 'python3-docker', provides: '/usr/lib/python3/dist-packages/docker/client.py' },
  { name: 'buildah', provides: 'buildah' },
  { name: 'curl', provides: 'curl' },
  // The clock of one process.
  { name: 'faketime', provides: 'faketime' },
  // Of plugins in examples/.
  { name: 'jq', provides: 'jq' },
  { name: 'python3', provides: '/usr/bin/python3' },
];

/** Packages for `npm test -- package`. */
export const lintPackages: readonly HostPackage[] = [{ name: 'lintian', provides: 'lintian' }];

/** Packages for `npm run test:vm`. */
export const vmPackages: readonly HostPackage[] = [
  ...nativePackages,
  { name: 'qemu-system-x86', provides: 'qemu-system-x86_64' },
  { name: 'e2fsprogs', provides: 'mkfs.ext4' },
  { name: 'busybox-static', provides: '/bin/busybox' },
];

/** Whether packages can be installed on a host. */
export interface PackageHost {
  hasApt: boolean;
  isRoot: boolean;
}

/**
 * Installs missing packages. Needs root only if any is missing.
 * @throws SetupError without root, on another distribution, or if apt-get fails
 */
export async function installMissing(
  packages: readonly HostPackage[],
  host: PackageHost = thisHost(),
): Promise<void> {
  const missing = packages.filter(({ provides }) => !isInstalled(provides));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  if (!host.hasApt) throw new SetupError(onAnotherDistribution(missing));
  if (!host.isRoot)
    throw new SetupError(
      `Debian packages are missing: run this as root, or install them first: sudo apt-get install ${names.join(' ')}`,
    );
  console.log(`Installing Debian packages: ${names.join(' ')}`);
  await withoutStartingServices(async () => {
    await aptGet('update');
    await aptGet('install', '--yes', '--no-install-recommends', ...names);
  });
}

function isInstalled(provides: string): boolean {
  if (provides.startsWith('/')) return existsSync(provides);
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return directories.some((directory) => existsSync(join(directory, provides)));
}

function thisHost(): PackageHost {
  return {
    hasApt: existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get'),
    isRoot: process.getuid?.() === 0,
  };
}

function onAnotherDistribution(missing: readonly HostPackage[]): string {
  const what = missing.map(({ name, provides }) => `${provides} (Debian: ${name})`).join(', ');
  return `Packages are missing and this host is not Debian: install them with its package manager, then run this again: ${what}`;
}

/** Resolves also if the command fails. */
function withoutQuestions(command: string, args: readonly string[]) {
  return execa(command, args, {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    stdin: 'ignore',
    all: true,
    reject: false,
    timeout: 20 * 60_000,
  });
}

async function aptGet(...args: string[]): Promise<void> {
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-q'];
  const run = () => withoutQuestions('apt-get', [...options, ...args]);
  let ran = await run();
  // By the end of an earlier run, such as by a kill: apt-get installs no packages until those are complete.
  if (ran.failed && ran.all?.includes('dpkg was interrupted')) {
    await withoutQuestions('dpkg', ['--configure', '-a']);
    ran = await run();
  }
  if (!ran.failed) return;
  const lines = (ran.all || ran.shortMessage || '').trim().split('\n').slice(-5).join('\n');
  throw new SetupError(`apt-get ${args.join(' ')} failed; fix the cause and run this again:\n${lines}`);
}

/**
 * Prevents Debian from starting the services of new packages, such as a registry and another containerd, with
 * policy-rc.d (https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt).
 */
async function withoutStartingServices(install: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    rmSync(policy, { force: true });
  }
}
