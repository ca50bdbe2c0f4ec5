/** Options that `create`, `run` and `plan run` share, as commander parses them. */
export interface CreateFlags {
  // Identity
  name?: string;
  profile: string[];
  label: string[];
  labelFile: string[];
  annotation: string[];
  cidfile?: string;
  // Process
  env: string[];
  envFile: string[];
  secretEnv: string[];
  secretEnvFile: string[];
  workdir?: string;
  user?: string;
  groupAdd: string[];
  entrypoint?: string;
  interactive?: boolean;
  tty?: boolean;
  attach: string[];
  init?: boolean;
  stopSignal?: string;
  stopTimeout?: string;
  // Rich
  rich?: boolean;
  richMode?: string;
  initscript?: string;
  initscriptArg: string[];
  initcmd: string[];
  initTimeout?: string;
  restartAfterPoweroff?: boolean;
  richService: string[];
  richServiceAfter: string[];
  richServiceHealth: string[];
  // Boot of the host
  bootOrder?: string;
  bootDelay?: string;
  // First start
  sshKey: string[];
  sshUser?: string;
  timezone?: string;
  userData?: string;
  metaData?: string;
  networkConfig?: string;
  // Files
  volume: string[];
  mount: string[];
  tmpfs: string[];
  volumeDriver?: string;
  readOnly?: boolean;
  shmSize?: string;
  // Network
  publish: string[];
  publishAll?: boolean;
  expose: string[];
  network?: string;
  net?: string;
  dns: string[];
  dnsSearch: string[];
  dnsOption: string[];
  addHost: string[];
  ip?: string;
  macAddress?: string;
  hostname?: string;
  domainname?: string;
  // Rights
  capAdd: string[];
  capDrop: string[];
  device: string[];
  deviceCgroupRule: string[];
  privileged?: boolean;
  securityOpt: string[];
  pid?: string;
  ipc?: string;
  uts?: string;
  userns?: string;
  cgroupns?: string;
  // Limits; the table of client/wire/limits.ts has the others
  oomScoreAdj?: string;
  blkioWeightDevice: string[];
  ulimit: string[];
  sysctl: string[];
  cgroupParent?: string;
  rdtClass?: string;
  // Life
  rm?: boolean;
  restart?: string;
  runtime?: string;
  vmOf?: string;
  kataOpt: string[];
  logDriver?: string;
  logOpt: string[];
  // Image
  platform?: string;
  pull?: string;
  quiet?: boolean;
}

/** Options of `run` only. */
export interface RunFlags extends CreateFlags {
  detach?: boolean;
  wait?: boolean;
  waitTimeout?: string;
  detachKeys?: string;
  sigProxy?: boolean;
}
