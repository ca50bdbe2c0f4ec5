import type {
  OciIdMapping,
  OciLinux,
  OciMount,
  OciProcess,
  OciResources,
  OciSeccomp,
  OciSpec,
} from '../../../hooks/oci.ts';

/** A config.json, including fields of the runtime-spec 1.1 that Pouch does not write. */
export type Spec = Omit<OciSpec, 'process' | 'mounts' | 'linux'> & {
  process: Process;
  mounts: Mount[];
  linux: Linux;
};

export type Process = OciProcess & {
  ioPriority?: { class: string; priority: number };
  scheduler?: {
    policy: string;
    nice?: number;
    priority?: number;
    flags?: string[];
    runtime?: number;
    deadline?: number;
    period?: number;
  };
};

type Mount = OciMount & { uidMappings?: OciIdMapping[]; gidMappings?: OciIdMapping[] };

type Linux = Omit<OciLinux, 'resources' | 'seccomp'> & {
  resources?: OciResources & { unified?: Record<string, string> };
  seccomp?: OciSeccomp & { flags?: string[]; listenerPath?: string; listenerMetadata?: string };
  personality?: { domain: string; flags?: string[] };
  timeOffsets?: Record<string, { secs?: number; nanosecs?: number }>;
};

/** Capabilities that engines grant by default. */
export const defaultCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

/** A plain container, which each row changes. */
export function plainSpec(cgroupsPath: string): Spec {
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/bin/sh', '-c', 'true'],
      env: ['PATH=/bin'],
      cwd: '/',
      capabilities: {
        bounding: [...defaultCapabilities],
        effective: [...defaultCapabilities],
        permitted: [...defaultCapabilities],
      },
    },
    root: { path: 'rootfs' },
    mounts: plainMounts(),
    linux: {
      cgroupsPath,
      namespaces: [{ type: 'pid' }, { type: 'network' }, { type: 'ipc' }, { type: 'uts' }, { type: 'mount' }],
    },
  };
}

function plainMounts(): Mount[] {
  const guarded = ['nosuid', 'noexec', 'nodev'];
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: guarded },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
    },
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: [...guarded, 'mode=1777', 'size=65536k'],
    },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: guarded },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...guarded, 'ro'] },
  ];
}
