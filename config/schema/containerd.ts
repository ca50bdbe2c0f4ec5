import { boolean, duration, socketPath, word } from '../formats/index.ts';
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
    format: word(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'the name of a runtime such as runc'),
    doc: 'Runtime of containers that ask for none. A runtime is a plugin.',
    since: '0.1.0',
  },
};
