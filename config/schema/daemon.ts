import { absolutePath, duration, listOf, listenAddress, oneOf, word } from '../formats/index.ts';
import type { Settings } from './setting.ts';

export const daemon: Settings<
  'apiVersion' | 'root' | 'state' | 'listen' | 'socketGroup' | 'cgroupParent' | 'log' | 'shutdownTimeout'
> = {
  apiVersion: {
    default: 'pouch/v1',
    format: oneOf('pouch/v1'),
    doc: 'Version of the form of this file. Every file that sets something has it.',
    env: false,
    restart: 'another version is another form of the whole file',
    since: '0.1.0',
  },
  root: {
    default: '/var/lib/pouch',
    format: absolutePath,
    doc: 'Directory of what must survive a reboot: images, containers, volumes.',
    flag: 'root',
    restart: 'the containers and images are in the old one',
    since: '0.1.0',
  },
  state: {
    default: '/run/pouch',
    format: absolutePath,
    doc:
      'Directory of what a reboot may clear: sockets, locks, network namespaces; best on a tmpfs. Two daemons on one host ' +
      'need different `root` and `state`; the defaults of `listen`, `cgroupParent`, `network.bridge`, `network.subnet`, ' +
      '`containerd.address` and `containerd.namespace` then follow from `state`, so that they do not clash.',
    flag: 'state',
    restart: 'the sockets and locks of running containers are in the old one',
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
      'Addresses that serve the API: the URL of a Unix socket, or a map for a TCP address, which authenticates its clients by ' +
      'certificates, by a token, or by both. A client of the API is root on this host. See [Remote access](../guides/remote-access.md).',
    flag: 'listen',
    restart: 'open connections belong to the old addresses',
    since: '0.1.0',
  },
  socketGroup: {
    default: null,
    nullable: true,
    example: 'pouch',
    format: word(/^([a-z_][a-z0-9_-]{0,31}|\d{1,9})$/, 'the name or the number of a group'),
    doc: 'Group that may use the Unix sockets (mode 0660). Without it root alone may (mode 0600). Its members are as good as root.',
    restart: 'the sockets are made at the start',
    since: '0.1.0',
  },
  cgroupParent: {
    default: null,
    derived: '`/pouch`; with another `state`, `/pouch-HASH`',
    example: '/pouch',
    format: word(/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9_.:@-]+)+$/, 'an absolute cgroup path such as /pouch'),
    doc: 'The cgroup, in every hierarchy, below which each container gets its own.',
    restart: 'running containers are below the old one',
    since: '0.1.0',
  },
  'log.level': {
    default: 'info',
    format: oneOf('trace', 'debug', 'info', 'warn', 'error'),
    doc: "The least important messages that pouchd's log still shows.",
    flag: 'log-level',
    since: '0.1.0',
  },
  'log.format': {
    default: 'text',
    format: oneOf('text', 'json'),
    doc: "Form of pouchd's log on stderr: lines for people, or one JSON object a line.",
    flag: 'log-format',
    since: '0.1.0',
  },
  shutdownTimeout: {
    default: '15s',
    format: duration(),
    doc: 'How long pouchd, when it is told to end, waits for the operations that run. Containers keep running in any case.',
    since: '0.1.0',
  },
};
