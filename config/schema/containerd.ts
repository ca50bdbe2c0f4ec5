import {
  addedRuntime,
  boolean,
  duration,
  mapOf,
  oneOf,
  runtimeName,
  runtimeRules,
  socketPath,
  word,
} from '../formats/index.ts';
import type { Settings } from './setting.ts';

const restart = 'pouchd keeps one connection to one containerd';

export const containerd: Settings<'containerd' | 'runtime'> = {
  'containerd.managed': {
    default: null,
    derived: '`true`; `false` when `containerd.address` is given',
    example: true,
    format: boolean,
    doc: 'Whether pouchd starts and supervises a containerd of its own, with its own root, state and socket.',
    restart,
    since: '0.1.0',
  },
  'containerd.address': {
    default: null,
    derived: '`STATE/containerd/containerd.sock`; with `managed: false`, `/run/containerd/containerd.sock`',
    example: '/run/containerd/containerd.sock',
    format: socketPath,
    doc: "Socket of the host's containerd to use instead of a managed one.",
    restart,
    since: '0.1.0',
  },
  'containerd.binary': {
    default: 'containerd',
    format: word(/^(\/.*[^/]|[A-Za-z0-9][A-Za-z0-9._-]*)$/, 'an absolute path, or a name to look up in PATH'),
    doc: 'The containerd executable that a managed one runs (1.6 or newer).',
    restart: 'the running containerd was started from the old one',
    since: '0.1.0',
  },
  'containerd.namespace': {
    default: null,
    derived: '`pouch`; with another `state`, `pouch-HASH`',
    example: 'pouch',
    format: word(
      /^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/,
      'a containerd namespace: letters and digits, joined by single . _ -',
    ),
    doc: 'containerd namespace of the images, snapshots and containers.',
    restart: 'the containers and images are in the old one',
    since: '0.1.0',
  },
  'containerd.snapshotter': {
    default: 'overlayfs',
    format: word(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'the name of a containerd snapshotter such as overlayfs'),
    doc: 'Snapshotter that keeps image layers and container file systems.',
    restart: 'existing images are unpacked in the old one',
    since: '0.1.0',
  },
  'containerd.startTimeout': {
    default: '15s',
    format: duration({ min: 100 }),
    doc: 'How long a managed containerd may take until it answers.',
    since: '0.1.0',
  },
  'runtime.default': {
    default: 'runc',
    format: runtimeName,
    doc: 'Runtime of containers that ask for none and that no rule fits. `pouch runtime ls` shows those there are.',
    since: '0.1.0',
  },
  'runtime.cgroupDriver': {
    default: 'cgroupfs',
    format: oneOf('cgroupfs', 'systemd'),
    doc: 'Who makes the cgroups of containers: the runtime itself, or systemd on its behalf (a scope for each container; needs systemd as the host’s init).',
    since: '0.1.0',
  },
  'runtime.startTimeout': {
    default: '2m',
    format: duration({ min: 100 }),
    doc: 'How long a runtime may take to make a container, and to start it. Then it is ended, and what it has left is removed.',
    since: '0.1.0',
  },
  'runtime.add': {
    default: {},
    example: {
      youki: { binary: '/usr/local/bin/youki' },
      runsc: { shim: 'io.containerd.runsc.v1', config: '/etc/containerd/runsc.toml' },
    },
    env: false,
    format: mapOf(runtimeName, addedRuntime),
    doc: 'More runtimes by name: any executable with runc’s command line, or any shim of containerd.',
    since: '0.1.0',
  },
  'runtime.rules': {
    default: [],
    example: [{ when: { image: 'registry.example/untrusted/*' }, use: 'kata' }],
    env: false,
    format: runtimeRules,
    doc: 'Chooses the runtime of containers that name none. The first rule that fits counts; `pouch explain` names its line.',
    since: '0.1.0',
  },
};
