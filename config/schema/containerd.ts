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

const restart = 'pouchd connects to containerd at its start';

export const containerd: Settings<'containerd' | 'runtime'> = {
  'containerd.managed': {
    default: null,
    derived: '`true`; `false` if `containerd.address` is set',
    example: true,
    format: boolean,
    doc: 'Whether pouchd starts and supervises its own containerd, with separate root, state and socket.',
    restart,
    since: '0.1.0',
  },
  'containerd.address': {
    default: null,
    derived: '`STATE/containerd/containerd.sock`; with `managed: false`, `/run/containerd/containerd.sock`',
    example: '/run/containerd/containerd.sock',
    format: socketPath,
    doc: "Socket of the host's containerd, used instead of a managed one.",
    restart,
    since: '0.1.0',
  },
  'containerd.binary': {
    default: 'containerd',
    format: word(/^(\/.*[^/]|[A-Za-z0-9][A-Za-z0-9._-]*)$/, 'an absolute path, or a name to look up in PATH'),
    doc: 'Executable of the managed containerd (1.6 or newer).',
    restart: 'the running containerd uses the old executable',
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
    restart: 'containers and images are in the old namespace',
    since: '0.1.0',
  },
  'containerd.snapshotter': {
    default: 'overlayfs',
    format: word(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'the name of a containerd snapshotter such as overlayfs'),
    doc: 'Snapshotter for image layers and container file systems.',
    restart: 'existing images are unpacked in the old snapshotter',
    since: '0.1.0',
  },
  'containerd.startTimeout': {
    default: '20s',
    format: duration({ min: 100 }),
    doc: 'How long the managed containerd may take to respond after its start.',
    since: '0.1.0',
  },
  'runtime.default': {
    default: 'runc',
    format: runtimeName,
    doc: 'Runtime of containers that name none and match no rule. `pouch runtime ls` lists the available ones.',
    since: '0.1.0',
  },
  'runtime.cgroupDriver': {
    default: 'cgroupfs',
    format: oneOf('cgroupfs', 'systemd'),
    doc: 'What creates the cgroups of containers: the runtime (`cgroupfs`), or systemd (a scope per container; needs systemd as the host’s init).',
    since: '0.1.0',
  },
  'runtime.startTimeout': {
    default: '2m',
    format: duration({ min: 100 }),
    doc: 'How long a runtime may take to create a container, and to start it. After that it is killed, and its leftovers are removed.',
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
    doc: 'Additional runtimes by name: an executable with runc’s command line, or a containerd shim.',
    since: '0.1.0',
  },
  'runtime.rules': {
    default: [],
    example: [{ when: { image: 'registry.example/untrusted/*' }, use: 'kata' }],
    env: false,
    format: runtimeRules,
    doc: 'Rules that select the runtime of containers that name none. The first matching rule applies; `pouch explain` prints its line.',
    since: '0.1.0',
  },
};
