import type { ResourceRequest } from './limits.ts';

/**
 * What a client asks for when it makes a container, before the image's own settings and any plugin are applied.
 * Surfaces (the HTTP API, the CRI) translate their own forms into this one.
 */
export interface ContainerRequest {
  /** `[a-zA-Z0-9][a-zA-Z0-9_.-]+`; made up when it is missing. */
  name?: string;
  /** Reference, id or id prefix. */
  image: string;
  /** `os/arch[/variant]`; the host's when it is missing. */
  platform?: string;
  /** Replaces the image's entrypoint; `[]` clears it. */
  entrypoint?: string[];
  /** Replaces the image's command. */
  command?: string[];
  /** Added over the image's environment; a value of undefined removes the variable. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** `user[:group]`, names or numbers. */
  user?: string;
  /** Supplementary groups, names or numbers. */
  groups?: string[];
  hostname?: string;
  domainname?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  tty?: boolean;
  /** Whether stdin is kept open for attach. */
  openStdin?: boolean;
  /** Whether stdin closes after the first attached client has left. */
  stdinOnce?: boolean;
  consoleSize?: { height: number; width: number };
  volumes?: VolumeRequest[];
  readonlyRootfs?: boolean;
  capAdd?: string[];
  capDrop?: string[];
  /** Host devices to give, in `/dev/x` form. */
  devices?: { host: string; path?: string; access?: string }[];
  /** Devices by CDI name: `VENDOR/CLASS=NAME`. */
  cdiDevices?: string[];
  deviceCgroupRules?: string[];
  privileged?: boolean;
  /** `seccomp=unconfined|FILE CONTENT`, `no-new-privileges`, `systempaths=unconfined`, … as Docker's. */
  securityOpt?: string[];
  maskedPaths?: string[];
  readonlyPaths?: string[];
  /** Limit by name without `RLIMIT_`: `nofile`, `nproc`, … */
  ulimits?: Record<string, { soft: number; hard: number }>;
  sysctls?: Record<string, string>;
  resources?: ResourceRequest;
  restart?: RestartPolicy;
  log?: LogRequest;
  network?: NetworkRequest;
  stopSignal?: string;
  /** Seconds between the stop signal and SIGKILL. */
  stopTimeout?: number;
  /** Runs a small init as PID 1 that reaps and forwards signals. */
  init?: boolean;
  /** Removes the container when it has ended. */
  autoRemove?: boolean;
  pidMode?: string;
  ipcMode?: string;
  utsMode?: string;
  cgroupnsMode?: string;
  usernsMode?: string;
  cgroupParent?: string;
  /** Class of service for caches and memory bandwidth (Intel RDT). */
  rdtClass?: string;
  /** Size of /dev/shm in bytes. */
  shmSize?: number;
  oomScoreAdj?: number;
  /** Name of a runtime. */
  runtime?: string;
  /** Name or id of a running container in whose virtual machine it is to run. */
  vmOf?: string;
  rich?: RichRequest;
}

export interface RichRequest {
  enabled: boolean;
  /** `dumb-init`, `systemd`, `sbin-init`, or what a plugin adds. */
  mode?: string;
  /** A script, run in the container before its command. */
  initScript?: string;
}

export interface VolumeRequest {
  kind: 'bind' | 'volume' | 'tmpfs';
  /** Host path (bind) or volume name (volume; made up when it is missing). */
  source?: string;
  destination: string;
  readonly?: boolean;
  /** Mount options as the kernel's or the runtime spec's: `nosuid`, `rshared`, `size=64m`, `mode=1777`, … */
  options?: string[];
  /** bind: make the host directory when it is missing. */
  createSource?: boolean;
  /** volume: do not copy the image's content into an empty volume. */
  nocopy?: boolean;
}

export interface RestartPolicy {
  name: 'no' | 'always' | 'unless-stopped' | 'on-failure';
  /** on-failure: attempts at most; 0 for no limit. */
  maximumRetryCount: number;
}

export interface LogRequest {
  /** `json-file` (default) or `none`. */
  driver: string;
  /** json-file: `max-size`, `max-file`. */
  options: Record<string, string>;
}

export interface PortRequest {
  /** 1–65535, in the container. */
  containerPort: number;
  protocol: 'tcp' | 'udp' | 'sctp';
  /** Host address; every one when it is missing. */
  hostIp?: string;
  /** 0 or missing: a free one is picked. */
  hostPort?: number;
}

export interface NetworkRequest {
  /** `bridge`, `none`, `host`, `container:ID`, or a network's name. */
  mode: string;
  ports?: PortRequest[];
  /** Gives every exposed port of the image a free host port. */
  publishAll?: boolean;
  exposed?: string[];
  dns?: string[];
  dnsSearch?: string[];
  dnsOptions?: string[];
  extraHosts?: Record<string, string>;
  /** A fixed address. */
  ip?: string;
  mac?: string;
}
