/** JSON Schema of a container request. */
import { Type } from '@sinclair/typebox';
import type { ResourceRequest } from '../limits.ts';
import type {
  ContainerRequest,
  LogRequest,
  NetworkRequest,
  PortRequest,
  RestartPolicy,
  RichRequest,
  VolumeRequest,
} from '../request.ts';
import { resourceLimitEntries } from '../limits.ts';
import { closed, describes, flag, integer, map, may, text, texts, word } from './describes.ts';

export const port = describes<PortRequest>()(
  closed({
    containerPort: integer,
    protocol: word('tcp', 'udp', 'sctp'),
    hostIp: may(text),
    hostPort: may(integer),
  }),
);

export const networkRequest = describes<NetworkRequest>()(
  closed({
    mode: text,
    ports: may(Type.Array(port)),
    publishAll: may(flag),
    exposed: may(texts),
    dns: may(texts),
    dnsSearch: may(texts),
    dnsOptions: may(texts),
    extraHosts: may(map(text)),
    ip: may(text),
    mac: may(text),
  }),
);

export const restart = describes<RestartPolicy>()(
  closed({ name: word('no', 'always', 'unless-stopped', 'on-failure'), maximumRetryCount: integer }),
);

export const log = describes<LogRequest>()(closed({ driver: text, options: map(text) }));

const rich = describes<RichRequest>()(closed({ enabled: flag, mode: may(text), initScript: may(text) }));

const volume = describes<VolumeRequest>()(
  closed({
    kind: word('bind', 'volume', 'tmpfs'),
    source: may(text),
    destination: text,
    readonly: may(flag),
    options: may(texts),
    createSource: may(flag),
    nocopy: may(flag),
  }),
);

const values = {
  number: integer,
  text,
  flag,
  rates: Type.Array(closed({ path: text, rate: integer })),
};

const resources = Type.Unsafe<ResourceRequest>(
  closed(Object.fromEntries(resourceLimitEntries.map(([name, { value }]) => [name, may(values[value])]))),
);

export const consoleSize = closed({ height: integer, width: integer });

export const containerRequest = describes<ContainerRequest>()(
  closed(
    {
      name: may(text),
      image: text,
      platform: may(text),
      entrypoint: may(texts),
      command: may(texts),
      env: may(map(Type.Unsafe<string | undefined>(text))),
      cwd: may(text),
      user: may(text),
      groups: may(texts),
      hostname: may(text),
      domainname: may(text),
      labels: may(map(text)),
      annotations: may(map(text)),
      tty: may(flag),
      openStdin: may(flag),
      stdinOnce: may(flag),
      consoleSize: may(consoleSize),
      volumes: may(Type.Array(volume)),
      readonlyRootfs: may(flag),
      capAdd: may(texts),
      capDrop: may(texts),
      devices: may(Type.Array(closed({ host: text, path: may(text), access: may(text) }))),
      cdiDevices: may(texts),
      deviceCgroupRules: may(texts),
      privileged: may(flag),
      securityOpt: may(texts),
      maskedPaths: may(texts),
      readonlyPaths: may(texts),
      ulimits: may(map(closed({ soft: integer, hard: integer }))),
      sysctls: may(map(text)),
      resources: may(resources),
      restart: may(restart),
      log: may(log),
      network: may(networkRequest),
      stopSignal: may(text),
      stopTimeout: may(Type.Number()),
      init: may(flag),
      autoRemove: may(flag),
      pidMode: may(text),
      ipcMode: may(text),
      utsMode: may(text),
      cgroupnsMode: may(text),
      usernsMode: may(text),
      cgroupParent: may(text),
      rdtClass: may(text),
      shmSize: may(integer),
      oomScoreAdj: may(integer),
      runtime: may(text),
      vmOf: may(text),
      rich: may(rich),
    },
    { title: 'ContainerRequest' },
  ),
);
