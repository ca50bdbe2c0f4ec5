import type { Command } from '../cli/command.ts';
import { capabilityNames } from '../translate/capabilities.ts';
import { mountOptionNames } from '../translate/mountOptions.ts';
import { seccompActions, seccompFlags, seccompOperators } from '../translate/seccomp.ts';
import { runlxcVersion } from './version.ts';

export const features: Command = {
  usage: '',
  options: {},
  arguments: { min: 0, max: 0 },
  run() {
    console.log(JSON.stringify(document(), undefined, 2));
    return Promise.resolve(0);
  },
};

/** Prints the features of this runtime: features.md and features-linux.md of the runtime-spec. */
function document(): object {
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: '1.1.0',
    hooks: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
    mountOptions: mountOptionNames,
    linux: {
      namespaces: ['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts'],
      capabilities: capabilityNames,
      cgroup: { v1: true, v2: true, systemd: false, systemdUser: false, rdma: true },
      seccomp: {
        enabled: true,
        actions: seccompActions,
        operators: seccompOperators,
        archs: seccompArchitectures,
        knownFlags: seccompFlags,
        supportedFlags: seccompFlags,
      },
      apparmor: { enabled: true },
      selinux: { enabled: false },
      intelRdt: { enabled: false },
      mountExtensions: { idmap: { enabled: true } },
    },
    annotations: { 'io.pouch.runlxc.version': runlxcVersion() },
  };
}

const seccompArchitectures = [
  'AARCH64',
  'ARM',
  'MIPS',
  'MIPS64',
  'MIPS64N32',
  'MIPSEL',
  'MIPSEL64',
  'MIPSEL64N32',
  'PPC',
  'PPC64',
  'PPC64LE',
  'RISCV64',
  'S390',
  'S390X',
  'X32',
  'X86',
  'X86_64',
].map((name) => `SCMP_ARCH_${name}`);
