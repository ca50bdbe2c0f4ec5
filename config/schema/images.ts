import {
  absolutePath,
  duration,
  integer,
  listOf,
  mapOf,
  mirrorUrl,
  registryHost,
  size,
} from '../formats/index.ts';
import type { Settings } from './setting.ts';

export const images: Settings<'images'> = {
  'images.defaultRegistry': {
    default: 'docker.io',
    format: registryHost,
    doc: 'Registry of image names that name none.',
    since: '0.1.0',
  },
  'images.mirrors': {
    default: {},
    example: { 'docker.io': ['https://mirror.example.org'] },
    env: false,
    format: mapOf(registryHost, listOf(mirrorUrl)),
    doc: 'For each registry, the mirrors that are asked before it, in order. A mirror with `http://` is asked in plain HTTP.',
    since: '0.1.0',
  },
  'images.plainHttp': {
    default: [],
    example: ['127.0.0.1:5000'],
    format: listOf(registryHost),
    doc: 'Registries that speak plain HTTP. So does one on loopback (localhost, 127.0.0.0/8, [::1]) that is not under images.insecureTls; all others are asked by HTTPS, without falling back.',
    since: '0.1.0',
  },
  'images.insecureTls': {
    default: [],
    example: ['registry.example.org:5000'],
    format: listOf(registryHost),
    doc: 'Registries whose TLS certificate is not verified.',
    since: '0.1.0',
  },
  'images.dockerConfig': {
    default: '/root/.docker/config.json',
    format: absolutePath,
    doc: 'File with registry credentials, in the form that `docker login` writes. It may be missing.',
    since: '0.1.0',
  },
  'images.maxParallelDownloads': {
    default: 4,
    format: integer(1, 32),
    doc: 'How many layers of one pull are downloaded side by side.',
    since: '0.1.0',
  },
  'images.idleTimeout': {
    default: '30s',
    format: duration({ min: 100 }),
    doc: 'How long a registry may send nothing until the download is resumed on a new connection.',
    since: '0.1.0',
  },
  'images.minimumRate': {
    default: '1k',
    format: size({ min: 1, zero: 'no minimum' }),
    doc: 'Bytes per second that a registry must send, measured over images.minimumRateWindow; a slower connection is given up, and the download resumed on a new one. Time that the disk needs does not count.',
    since: '0.1.0',
  },
  'images.minimumRateWindow': {
    default: '30s',
    format: duration({ min: 1000 }),
    doc: 'The time over which images.minimumRate is measured.',
    since: '0.1.0',
  },
  'images.retries': {
    default: 5,
    format: integer(0, 20),
    doc: 'How often a download that broke or became too slow is resumed without progress in between, before the pull fails. Progress is what images.minimumRate brings in its window, by default 30 KiB.',
    since: '0.1.0',
  },
};
