import { field } from './fields.ts';

/**
 * What containers may need of a runtime, in the order of docs/guides/runtimes.md. A runtime declares for each whether
 * it supports it; the plan refuses what it lacks.
 */
export const runtimeFeatures = {
  richSystemd: 'rich mode systemd: the image’s systemd as PID 1',
  richSbinInit: 'rich mode sbin-init: the image’s /sbin/init as PID 1',
  richDumbInit: 'rich mode dumb-init: a small init as PID 1',
  terminal: `a terminal (${field('tty')})`,
  exec: 'more processes (exec)',
  execTty: `more processes with a terminal (exec ${field('tty')})`,
  hostNetwork: `the host’s network (${field('network.mode')} host)`,
  hostPid: `the host’s processes (${field('pidMode')} host)`,
  hostIpc: `the host’s IPC (${field('ipcMode')} host)`,
  hostUts: `the host’s names (${field('utsMode')} host)`,
  hostCgroup: `the host’s view of cgroups (${field('cgroupnsMode')} host)`,
  joinNamespaces: `another container’s namespaces (${field('network.mode')}, ${field('pidMode')} or ${field('ipcMode')} container:NAME)`,
  userNamespace: `user ids of its own (${field('usernsMode')})`,
  idmappedMounts: 'mounts with mapped user ids',
  mountPropagation: 'mounts that reach the host or come from it later (rshared, rslave)',
  devices: `devices of the host (${field('devices')})`,
  deviceRules: `device rules (${field('deviceCgroupRules')})`,
  cdi: `devices by CDI name (${field('cdiDevices')} VENDOR/CLASS=NAME)`,
  privileged: `all privileges (${field('privileged')})`,
  seccomp: 'a seccomp profile',
  sysctls: `kernel settings of its own (${field('sysctls')})`,
  blockIo: `limits of block devices (${field('resources.blkioDeviceReadBps')}, …)`,
  rdt: 'cache and memory bandwidth classes (Intel RDT)',
  ociHooks: 'OCI hooks',
  cgroupParent: `a cgroup under a parent of one’s choice (${field('cgroupParent')})`,
  cgroupV1: 'hosts with cgroup v1',
  cgroupV2: 'hosts with cgroup v2',
  systemdCgroup: 'cgroups created by systemd (runtime.cgroupDriver: systemd)',
  pause: 'pause and unpause',
  stats: 'counters (stats)',
  liveUpdate: 'new limits while it runs (update)',
  checkpoint: 'checkpoint and restore',
  sharedMachine: `several containers in one virtual machine (${field('vmOf')})`,
} as const;

/** Name of a feature that a runtime may lack. */
export type RuntimeFeature = keyof typeof runtimeFeatures;

/** Of each feature: true, or why the runtime does not have it. */
export type RuntimeCapabilities = Record<RuntimeFeature, true | string>;

/** A runtime that has all of it but what is named, with the reasons. */
export function allFeaturesBut(lacking: Partial<Record<RuntimeFeature, string>>): RuntimeCapabilities {
  const all = Object.keys(runtimeFeatures) as RuntimeFeature[];
  return Object.fromEntries(all.map((feature) => [feature, lacking[feature] ?? true])) as RuntimeCapabilities;
}
