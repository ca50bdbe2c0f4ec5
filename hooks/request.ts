import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Healthcheck } from './healthcheck.ts';
import { type ResourceRequest, resourceLimitEntries } from './limits.ts';
import { closed, flag, integer, map, may, says, text, texts, word } from './schema.ts';

/** Schema of a service that the rich mode `supervised` starts beside the command. */
export const SupervisedService = closed({
  command: may(says('Text for a shell. Missing: the name says it, as `sshd`, `cron` and `syslog`.')),
  after: may(Type.Array(text, { description: 'Services that are up before it starts.' })),
  health: may(says('Text for a shell, which succeeds while the service works.')),
});

/** A service that the rich mode `supervised` starts beside the command. */
export type SupervisedService = Static<typeof SupervisedService>;

/** Schema of whether and how a container is to be rich. */
export const RichRequest = closed({
  enabled: may(flag),
  mode: may(says('`dumb-init`, `systemd`, `sbin-init`, or a mode of a plugin.')),
  initScript: may(says('A script that runs in the container before its command.')),
  initArgs: may(Type.Array(Type.String(), { description: 'Arguments of the script.' })),
  initCommands: may(
    Type.Array(Type.String(), {
      description: 'Lines of shell that run after the script, before the command.',
    }),
  ),
  initTimeout: may(
    Type.Integer({ description: 'Seconds for the script and the lines together; 0 means unlimited.' }),
  ),
  restartAfterPoweroff: may(flag),
  nested: may(
    Type.Boolean({
      description: 'Docker, Podman and containerd run inside, in the user namespace of the container.',
    }),
  ),
  supervised: may(map(SupervisedService)),
});

/** Whether and how a container is to be rich. */
export type RichRequest = Static<typeof RichRequest>;

/** Schema of what a container gets at its first start. */
export const FirstBootRequest = closed({
  sshKeys: may(
    Type.Array(closed({ user: text, key: says('`TYPE BASE64 [COMMENT]`, a public key.') }), {
      description: 'Keys for the files authorized_keys of users, `root` for example.',
    }),
  ),
  sshPort: may(Type.Integer({ description: 'Port that the image’s sshd listens on.' })),
  timezone: may(says('A zone such as `Europe/Berlin`, or `local`, which is the one of the host.')),
  userData: may(says('User data: `#cloud-config` and YAML; with cloud-init in the image, any form of it.')),
  metaData: may(says('Meta data in YAML, for an image with cloud-init.')),
  networkConfig: may(says('Network configuration in YAML, for an image with cloud-init.')),
});

/** What a container gets at its first start. */
export type FirstBootRequest = Static<typeof FirstBootRequest>;

/** Schema of a device of the host for a container. */
export const DeviceRequest = closed({
  host: text,
  path: may(says('In the container, if it differs.')),
  access: may(says('cgroup access, `rwm` if missing.')),
});

/** A device of the host for a container. */
export type DeviceRequest = Static<typeof DeviceRequest>;

/** Schema of a bind mount, volume or tmpfs for a container. */
export const VolumeRequest = closed({
  kind: word('bind', 'volume', 'tmpfs'),
  source: may(says('bind: the host’s path. volume: its name; missing: a generated one.')),
  destination: text,
  readonly: may(flag),
  options: may(
    Type.Array(text, {
      description:
        'Mount options of the kernel or the runtime spec: `nosuid`, `rshared`, `size=64m`, `mode=1777`.',
    }),
  ),
  createSource: may(Type.Boolean({ description: 'bind: create the host directory if it is missing.' })),
  fill: may(
    Type.Boolean({
      description:
        'bind: an empty directory gets what the image has at the destination, when the container is created.',
    }),
  ),
  nocopy: may(
    Type.Boolean({ description: 'volume: do not copy the content of the image into an empty volume.' }),
  ),
  driver: may(says('volume: name of its volume driver, if it does not exist.')),
  driverOptions: may(map(text, 'volume: options of its driver, if it does not exist.')),
  form: may(
    Type.Literal('mount', {
      description: 'The client gave it in `Mounts` of Docker’s API, which shows it there again.',
    }),
  ),
});

/** A bind mount, volume or tmpfs for a container. */
export type VolumeRequest = Static<typeof VolumeRequest>;

const values = {
  number: integer,
  text,
  flag,
  rates: Type.Array(closed({ path: text, rate: integer })),
  weights: Type.Array(closed({ path: text, weight: integer })),
};

/** Limits of a container: one field per row of the table. */
const resources = Type.Unsafe<ResourceRequest>(
  closed(Object.fromEntries(resourceLimitEntries.map(([name, { value }]) => [name, may(values[value])]))),
);

/** Schema of when a container that ended is started again. */
export const RestartPolicy = closed({
  name: word('no', 'always', 'unless-stopped', 'on-failure'),
  maximumRetryCount: Type.Integer({ description: 'on-failure: the most attempts; 0 for no limit.' }),
});

/** When a container that ended is started again. */
export type RestartPolicy = Static<typeof RestartPolicy>;

/** Schema of when a container is started after a boot of the host, if its restart policy starts it. */
export const BootRequest = closed({
  order: may(
    Type.Integer({
      description: 'After those of a lower order are up; those of one order start together. Default: 0.',
    }),
  ),
  delaySeconds: may(Type.Integer({ minimum: 0, description: 'Seconds to wait before that.' })),
});

/** When a container is started after a boot of the host. */
export type BootRequest = Static<typeof BootRequest>;

/** Schema of where a container's log goes. */
export const LogRequest = closed({
  driver: says('`json-file`, `none`, `syslog`, or one of a plugin.'),
  options: map(text, 'Of the log, `max-size` and `max-file` for example, and of its driver.'),
});

/** Where a container's log goes. */
export type LogRequest = Static<typeof LogRequest>;

/** Schema of a port that the host publishes. */
export const PortRequest = closed({
  containerPort: Type.Integer({ description: '1 to 65535.' }),
  protocol: word('tcp', 'udp', 'sctp'),
  hostIp: may(says('Address of the host; missing: every address.')),
  hostPort: may(Type.Integer({ description: '0 or missing: a free port.' })),
});

/** A port of the container that the host publishes. */
export type PortRequest = Static<typeof PortRequest>;

/** A port of a container on a port of the host that is known. */
export type PublishedPort = PortRequest & { hostPort: number };

/** Schema of what a container is to have in one network. */
const endpointFields = {
  ip: may(says('A fixed address.')),
  ip6: may(says('A fixed IPv6 address.')),
  mac: may(text),
  aliases: may(Type.Array(text, { description: 'Other names of the container in the network.' })),
  links: may(
    Type.Array(text, { description: '`NAME:ALIAS`: a name of another container that only this one knows.' }),
  ),
  driverOpts: may(map(text)),
};

/** Schema of a network that a container joins beside its first one. */
export const EndpointRequest = closed({
  network: says('Its name.'),
  interface: may(says('Name of the interface in the container: `eth1`. Missing: the next one.')),
  ...endpointFields,
});

/** A network that a container joins beside its first one. */
export type EndpointRequest = Static<typeof EndpointRequest>;

/** Schema of how a container is to be attached to networks. */
export const NetworkRequest = closed({
  mode: says('`bridge`, `none`, `host`, `container:ID`, or the name of another network.'),
  ports: may(Type.Array(PortRequest)),
  publishAll: may(Type.Boolean({ description: 'Give every exposed port of the image a free host port.' })),
  exposed: may(texts),
  dns: may(texts),
  dnsSearch: may(texts),
  dnsOptions: may(texts),
  extraHosts: may(map(text)),
  ...endpointFields,
  withoutFiles: may(
    Type.Boolean({ description: 'Pouch mounts no /etc/hostname, /etc/hosts and /etc/resolv.conf.' }),
  ),
  endpoints: may(Type.Array(EndpointRequest, { description: 'Networks beside that of `mode`.' })),
  detached: may(Type.Boolean({ description: 'It was disconnected from the network of `mode`.' })),
});

/** How a container is to be attached to networks. */
export type NetworkRequest = Static<typeof NetworkRequest>;

/** Rows and columns of a terminal. */
export const ConsoleSize = closed({ height: integer, width: integer });

/**
 * What a client asks for when it creates a container, before the image’s own settings and any plugin are applied.
 * Surfaces (the HTTP API) translate their own forms into this one.
 */
export const ContainerRequest = closed(
  {
    name: may(says('`[a-zA-Z0-9][a-zA-Z0-9_.-]+`; missing: a generated one.')),
    id: may(says('64 hex digits; missing: a generated one.')),
    image: says('Reference, id or id prefix.'),
    profiles: may(
      Type.Array(text, {
        description:
          'Names of profiles, whose fields apply where this request has none; later profiles take precedence.',
      }),
    ),
    platform: may(says('`os/arch[/variant]`; missing: the host’s.')),
    entrypoint: may(Type.Array(text, { description: 'Replaces the image’s entrypoint; `[]` clears it.' })),
    command: may(Type.Array(text, { description: 'Replaces the image’s command.' })),
    env: may(
      map(
        Type.Unsafe<string | undefined>(text),
        'Added over the image’s environment; in TypeScript undefined removes a variable.',
      ),
    ),
    secretEnv: may(
      Type.Array(text, { description: 'Names of variables of `env` that are masked in every output.' }),
    ),
    cwd: may(text),
    user: may(says('`user[:group]`, names or numbers.')),
    groups: may(Type.Array(text, { description: 'Supplementary groups, names or numbers.' })),
    hostname: may(text),
    domainname: may(text),
    labels: may(map(text)),
    annotations: may(map(text)),
    tty: may(flag),
    openStdin: may(Type.Boolean({ description: 'Keep stdin open for attach.' })),
    stdinOnce: may(Type.Boolean({ description: 'Close stdin when the first attached client leaves.' })),
    consoleSize: may(ConsoleSize),
    volumes: may(Type.Array(VolumeRequest)),
    volumesFrom: may(
      Type.Array(text, {
        description: 'Containers whose volumes and bind mounts it gets too: `NAME`, `NAME:ro` or `NAME:rw`.',
      }),
    ),
    volumeDriver: may(says('Name of the volume driver of the volumes that the image declares.')),
    readonlyRootfs: may(flag),
    capAdd: may(texts),
    capDrop: may(texts),
    devices: may(Type.Array(DeviceRequest, { description: 'Devices of the host: `/dev/fuse`.' })),
    cdiDevices: may(Type.Array(text, { description: 'Devices by CDI name: `VENDOR/CLASS=NAME`.' })),
    deviceCgroupRules: may(texts),
    privileged: may(flag),
    securityOpt: may(
      Type.Array(text, {
        description:
          'As Docker’s: `seccomp=unconfined`, `seccomp=PROFILE`, `no-new-privileges`, `systempaths=unconfined`.',
      }),
    ),
    maskedPaths: may(texts),
    readonlyPaths: may(texts),
    ulimits: may(
      map(closed({ soft: integer, hard: integer }), 'By name without `RLIMIT_`: `nofile`, `nproc`.'),
    ),
    sysctls: may(map(text)),
    resources: may(resources),
    restart: may(RestartPolicy),
    boot: may(BootRequest),
    healthcheck: may(Healthcheck),
    log: may(LogRequest),
    network: may(NetworkRequest),
    stopSignal: may(text),
    stopTimeout: may(Type.Number({ description: 'Seconds between the stop signal and SIGKILL.' })),
    init: may(Type.Boolean({ description: 'Run a small init as PID 1 that reaps and forwards signals.' })),
    autoRemove: may(Type.Boolean({ description: 'Remove the container when it has ended.' })),
    pidMode: may(text),
    ipcMode: may(text),
    utsMode: may(text),
    cgroupnsMode: may(text),
    usernsMode: may(text),
    cgroupParent: may(text),
    rdtClass: may(says('Class of service for caches and memory bandwidth (Intel RDT).')),
    shmSize: may(Type.Integer({ description: 'Bytes of /dev/shm.' })),
    diskQuota: may(Type.Integer({ description: 'Bytes that the root file system can hold.' })),
    oomScoreAdj: may(integer),
    runtime: may(says('Name of a runtime.')),
    vmOf: may(says('Name or id of a running container in whose virtual machine it runs.')),
    rich: may(RichRequest),
    firstBoot: may(FirstBootRequest),
  },
  { title: 'ContainerRequest' },
);
export type ContainerRequest = Static<typeof ContainerRequest>;
