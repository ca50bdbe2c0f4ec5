import {
  absolutePath,
  boolean,
  collectorUrl,
  duration,
  listOf,
  listenAddress,
  oneOf,
  word,
} from '../formats/index.ts';
import type { Settings } from './setting.ts';

export const daemon: Settings<
  | 'apiVersion'
  | 'root'
  | 'state'
  | 'listen'
  | 'socketGroup'
  | 'authorization'
  | 'cgroupParent'
  | 'log'
  | 'tracing'
  | 'shutdownTimeout'
  | 'watchConfig'
> = {
  apiVersion: {
    default: 'pouch/v1',
    format: oneOf('pouch/v1'),
    doc: 'Version of the file format. Required unless the file is empty.',
    env: false,
    restart: 'another version changes the format of the whole file',
    since: '0.1.0',
  },
  root: {
    default: '/var/lib/pouch',
    format: absolutePath,
    doc: 'Directory of data that must survive a reboot: images, containers, volumes.',
    flag: 'root',
    restart: 'containers and images are in the old directory',
    since: '0.1.0',
  },
  state: {
    default: '/run/pouch',
    format: absolutePath,
    doc:
      'Directory of data that may be lost at a reboot: sockets, locks, network namespaces; best on a tmpfs. Two daemons on one host ' +
      'need different `root` and `state`; the defaults of `listen`, `cgroupParent`, `network.bridge`, `network.subnet`, ' +
      '`containerd.address` and `containerd.namespace` are derived from `state`, so that they do not conflict.',
    flag: 'state',
    restart: 'sockets and locks of running containers are in the old directory',
    since: '0.1.0',
  },
  listen: {
    default: null,
    derived: '`[unix://STATE/pouchd.sock]`',
    example: [
      'unix:///run/pouch/pouchd.sock',
      {
        address: 'tcp://192.0.2.10:2376',
        tls: {
          cert: '/etc/pouch/tls/server.pem',
          key: '/etc/pouch/tls/server-key.pem',
          ca: '/etc/pouch/tls/ca.pem',
        },
      },
    ],
    format: listOf(listenAddress, { min: 1 }),
    doc:
      'Addresses of the API: the URL of a Unix socket, or a map for a TCP address, which authenticates clients by ' +
      'certificates, by a token, or by both. Clients of the API have root access to this host. See [Remote access](../guides/remote-access.md).',
    flag: 'listen',
    restart: 'pouchd listens on the old addresses',
    since: '0.1.0',
  },
  socketGroup: {
    default: null,
    nullable: true,
    example: 'pouch',
    format: word(/^([a-z_][a-z0-9_-]{0,31}|\d{1,9})$/, 'the name or the number of a group'),
    doc: 'Group that may use the Unix sockets (mode 0660); by default only root may (mode 0600). Its members have root access to this host.',
    restart: 'the sockets are created at the start',
    since: '0.1.0',
  },
  'authorization.plugins': {
    default: [],
    example: ['opa', 'unix:///run/authz/team.sock'],
    format: listOf(
      word(
        /^([A-Za-z0-9][A-Za-z0-9_-]*|unix:\/\/(\/[^/\0]+)+)$/,
        'the name of a plugin with a socket in /run/docker/plugins, or unix:///PATH of its socket',
      ),
    ),
    doc:
      "Authorization plugins with Docker's protocol, which allow or deny each request of the API, in this order. One that does not respond denies it. " +
      'See [Authorization plugins](../guides/remote-access.md#authorization-plugins).',
    since: '0.1.0',
  },
  'authorization.timeout': {
    default: '10s',
    format: duration({ min: 1 }),
    doc: 'How long an authorization plugin may take for one decision.',
    since: '0.1.0',
  },
  cgroupParent: {
    default: null,
    derived: '`/pouch`; with another `state`, `/pouch-HASH`',
    example: '/pouch',
    format: word(/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9_.:@-]+)+$/, 'an absolute cgroup path such as /pouch'),
    doc: 'Parent cgroup of the cgroups of containers, in every hierarchy.',
    restart: 'running containers are below the old cgroup',
    since: '0.1.0',
  },
  'log.level': {
    default: 'info',
    format: oneOf('trace', 'debug', 'info', 'warn', 'error'),
    doc: "Lowest level of messages in pouchd's log.",
    flag: 'log-level',
    since: '0.1.0',
  },
  'log.format': {
    default: 'text',
    format: oneOf('text', 'json'),
    doc: "Format of pouchd's log on stderr: human-readable lines, or one JSON object per line.",
    flag: 'log-format',
    since: '0.1.0',
  },
  'tracing.endpoint': {
    default: null,
    nullable: true,
    example: 'http://127.0.0.1:4318',
    format: collectorUrl,
    doc:
      'Base URL of an OpenTelemetry collector, which gets a span of each operation and of each call of a plugin in it (OTLP/HTTP with ' +
      'JSON, at `/v1/traces`). `http` is for this host only. By default no span is sent. ' +
      'See [Debugging plugins](../guides/debugging-plugins.md#opentelemetry).',
    since: '0.1.0',
  },
  watchConfig: {
    default: true,
    format: boolean,
    doc: 'Whether a change of the configuration files reloads them, as SIGHUP does. See [Host agent](../guides/host-agent.md#when-it-happens).',
    since: '0.1.0',
  },
  shutdownTimeout: {
    default: '15s',
    format: duration(),
    doc: 'How long pouchd waits for running operations when it stops. Containers keep running.',
    since: '0.1.0',
  },
};
