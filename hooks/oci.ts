import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, flag, integer, map, may, says, text, texts } from './schema.ts';

/**
 * The part of the OCI runtime spec 1.1 (config.md, config-linux.md) that Pouch writes.
 * Field names and shapes are the spec's.
 */
export interface OciSpec {
  ociVersion: string;
  process: OciProcess;
  root: { path: string; readonly?: boolean };
  hostname?: string;
  domainname?: string;
  mounts: OciMount[];
  annotations?: Record<string, string>;
  hooks?: Partial<Record<OciHookKind, OciHook[]>>;
  linux: OciLinux;
}

/** `process` of the OCI runtime-spec. */
export interface OciProcess {
  terminal?: boolean;
  consoleSize?: { height: number; width: number };
  user: { uid: number; gid: number; umask?: number; additionalGids?: number[] };
  args: string[];
  env: string[];
  cwd: string;
  capabilities?: OciCapabilities;
  rlimits?: { type: string; hard: number; soft: number }[];
  noNewPrivileges?: boolean;
  oomScoreAdj?: number;
  apparmorProfile?: string;
  selinuxLabel?: string;
}

/** `process.capabilities` of the OCI runtime-spec. */
export interface OciCapabilities {
  bounding?: string[];
  effective?: string[];
  inheritable?: string[];
  permitted?: string[];
  ambient?: string[];
}

/** An entry of `mounts` of the OCI runtime-spec. */
export interface OciMount {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
}

/** When and where a hook runs (OCI runtime spec, config.md, “POSIX-platform Hooks”). */
export const ociHookKinds = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const;

/** When a hook of the OCI runtime-spec runs: `createRuntime`, `poststop`, … */
export type OciHookKind = (typeof ociHookKinds)[number];

/** A hook of the OCI runtime-spec; the timeout is in seconds. */
export interface OciHook {
  path: string;
  args?: string[];
  env?: string[];
  timeout?: number;
}

/** Type of a Linux namespace, as the OCI runtime-spec writes it. */
export type NamespaceType = keyof Static<typeof Namespaces>;

/** An entry of `linux.devices` of the OCI runtime-spec. */
export interface OciDevice {
  type: string;
  path: string;
  major: number;
  minor: number;
  fileMode?: number;
  uid?: number;
  gid?: number;
}

/** `linux` of the OCI runtime-spec. */
export interface OciLinux {
  namespaces: { type: NamespaceType; path?: string }[];
  uidMappings?: OciIdMapping[];
  gidMappings?: OciIdMapping[];
  devices?: OciDevice[];
  cgroupsPath?: string;
  resources?: OciResources;
  sysctl?: Record<string, string>;
  seccomp?: OciSeccomp;
  rootfsPropagation?: string;
  intelRdt?: OciIntelRdt;
  maskedPaths?: string[];
  readonlyPaths?: string[];
  mountLabel?: string;
}

/** Namespaces of a container by type. */
export const Namespaces = closed(
  {
    pid: may(text),
    network: may(text),
    mount: may(text),
    ipc: may(text),
    uts: may(text),
    user: may(text),
    cgroup: may(text),
    time: may(text),
  },
  { description: 'A path joins a namespace, an empty string creates one, a missing type is the host’s.' },
);

/** config-linux.md, “User namespace mappings”. */
export const OciIdMapping = closed({ containerID: integer, hostID: integer, size: integer });
export type OciIdMapping = Static<typeof OciIdMapping>;

/** config-linux.md, “Allowed Device list”. */
export const OciDeviceRule = closed({
  allow: flag,
  type: may(text),
  major: may(integer),
  minor: may(integer),
  access: may(text),
});
export type OciDeviceRule = Static<typeof OciDeviceRule>;

/** config-linux.md, “Intel RDT”. */
export const OciIntelRdt = closed({
  closID: may(says('Name of the class of service; missing: the container’s id.')),
  l3CacheSchema: may(text),
  memBwSchema: may(text),
  enableCMT: may(flag),
  enableMBM: may(flag),
});
export type OciIntelRdt = Static<typeof OciIntelRdt>;

const memory = closed({
  limit: may(integer),
  reservation: may(integer),
  swap: may(integer),
  kernel: may(integer),
  swappiness: may(integer),
  disableOOMKiller: may(flag),
});

const cpu = closed({
  shares: may(integer),
  quota: may(integer),
  period: may(integer),
  realtimeRuntime: may(integer),
  realtimePeriod: may(integer),
  cpus: may(text),
  mems: may(text),
});

const OciThrottle = closed({ major: integer, minor: integer, rate: integer });

/** A rate for one block device, in bytes or operations per second. */
export type OciThrottle = Static<typeof OciThrottle>;

const throttles = may(Type.Array(OciThrottle));

const blockIO = closed({
  weight: may(integer),
  weightDevice: may(Type.Array(closed({ major: integer, minor: integer, weight: integer }))),
  throttleReadBpsDevice: throttles,
  throttleWriteBpsDevice: throttles,
  throttleReadIOPSDevice: throttles,
  throttleWriteIOPSDevice: throttles,
});

const network = closed({
  classID: may(integer),
  priorities: may(Type.Array(closed({ name: text, priority: integer }))),
});

/** config-linux.md, “Control groups”. */
export const OciResources = closed(
  {
    devices: may(Type.Array(OciDeviceRule)),
    memory: may(memory),
    cpu: may(cpu),
    pids: may(closed({ limit: integer })),
    blockIO: may(blockIO),
    hugepageLimits: may(Type.Array(closed({ pageSize: text, limit: integer }))),
    network: may(network),
    rdma: may(
      map(closed({ hcaHandles: may(integer), hcaObjects: may(integer) }), 'By device, such as `mlx5_1`.'),
    ),
  },
  { description: 'cgroup limits in OCI form: bytes for memory, microseconds for cpu.quota and cpu.period.' },
);
export type OciResources = Static<typeof OciResources>;

const seccompArgument = closed({ index: integer, value: integer, valueTwo: may(integer), op: text });

const seccompRule = closed({
  names: texts,
  action: text,
  errnoRet: may(integer),
  args: may(Type.Array(seccompArgument)),
});

/** config-linux.md, “Seccomp”. */
export const OciSeccomp = closed({
  defaultAction: text,
  defaultErrnoRet: may(integer),
  architectures: may(texts),
  syscalls: may(Type.Array(seccompRule)),
});
export type OciSeccomp = Static<typeof OciSeccomp>;
