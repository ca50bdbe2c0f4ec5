import {
  absolutePath,
  duration,
  integer,
  listOf,
  mapOf,
  mirrorUrl,
  registryCredentials,
  registryHost,
  size,
} from '../formats/index.ts';
import type { Settings } from './setting.ts';

export const registries: Settings<'registries'> = {
  'registries.defaultRegistry': {
    default: 'docker.io',
    format: registryHost,
    doc: 'Registry of image names without a registry.',
    since: '0.1.0',
  },
  'registries.mirrors': {
    default: {},
    example: { 'docker.io': ['https://mirror.example.org'] },
    env: false,
    format: mapOf(registryHost, listOf(mirrorUrl)),
    doc: 'Mirrors by registry, tried first and in order. A mirror with `http://` is accessed over plain HTTP.',
    since: '0.1.0',
  },
  'registries.plainHttp': {
    default: [],
    example: ['127.0.0.1:5000'],
    format: listOf(registryHost),
    doc: 'Registries that use plain HTTP, as do those on loopback (localhost, 127.0.0.0/8, [::1]) that are not in registries.insecureTls. All others use HTTPS, without a fallback.',
    since: '0.1.0',
  },
  'registries.insecureTls': {
    default: [],
    example: ['registry.example.org:5000'],
    format: listOf(registryHost),
    doc: 'Registries whose TLS certificate is not verified.',
    since: '0.1.0',
  },
  'registries.dockerConfig': {
    default: '/root/.docker/config.json',
    format: absolutePath,
    doc: 'File with registry credentials, as written by `docker login`, for registries that are not in registries.credentials. It may be missing.',
    since: '0.1.0',
  },
  'registries.credentials': {
    default: {},
    example: {
      'registry.example.org': { username: 'host7', password: '${file:/etc/pouch/secrets/registry}' },
    },
    env: false,
    format: mapOf(registryHost, registryCredentials),
    doc: 'Credentials by registry, for pulls and pushes whose client sends none; they take precedence over those of registries.dockerConfig. Values may have [references](../guides/host-agent.md#references).',
    since: '0.1.0',
  },
  'registries.maxParallelDownloads': {
    default: 4,
    format: integer(1, 32),
    doc: 'Number of layers of a pull that are downloaded concurrently.',
    since: '0.1.0',
  },
  'registries.maxParallelUploads': {
    default: 5,
    format: integer(1, 32),
    doc: 'Number of layers of a push that are uploaded concurrently.',
    since: '0.1.0',
  },
  'registries.idleTimeout': {
    default: '30s',
    format: duration({ min: 100 }),
    doc: 'Time without data from the registry after which a download is resumed on a new connection.',
    since: '0.1.0',
  },
  'registries.minimumRate': {
    default: '1k',
    format: size({ min: 1, zero: 'no minimum' }),
    doc: 'Minimum download rate in bytes per second, measured over registries.minimumRateWindow. A slower connection is closed, and the download resumed on a new one. Time spent on disk writes does not count.',
    since: '0.1.0',
  },
  'registries.minimumRateWindow': {
    default: '30s',
    format: duration({ min: 1000 }),
    doc: 'Window over which registries.minimumRate is measured.',
    since: '0.1.0',
  },
  'registries.retries': {
    default: 5,
    format: integer(0, 20),
    doc: 'How often a failed or slow download is resumed without progress before the pull fails. Progress is the amount of registries.minimumRate in its window, by default 30 KiB.',
    since: '0.1.0',
  },
};
