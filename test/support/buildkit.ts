/** buildkitd and buildctl, built from the sources that Debian 13 has, with its Go and its libraries. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { fetchPackages } from './debian13.ts';

/** Its sources have BuildKit’s, of which Debian builds only what dockerd has. */
const release = 'docker.io';

/** What BuildKit imports, and what that imports; its sources have the rest. */
const libraries = [
  ...['agext-levenshtein', 'appc-cni', 'armon-circbuf', 'aws-aws-sdk-go-v2', 'aws-smithy-go', 'beorn7-perks'],
  ...['cenkalti-backoff', 'cespare-xxhash', 'containerd-console', 'containerd-containerd'],
  ...['containerd-continuity', 'containerd-errdefs', 'containerd-fifo', 'containerd-go-cni'],
  ...[
    'containerd-go-runc',
    'containerd-log',
    'containerd-platforms',
    'containerd-ttrpc',
    'containerd-typeurl',
  ],
  ...['coreos-bbolt', 'coreos-go-systemd', 'dimchansky-utfbom', 'distribution-reference'],
  ...['docker-docker-credential-helpers', 'docker-docker', 'docker-go-connections', 'docker-go-events'],
  ...[
    'docker-go-metrics',
    'docker-go-units',
    'felixge-httpsnoop',
    'go-logr-logr',
    'go-logr-stdr',
    'gofrs-flock',
  ],
  ...['gogo-googleapis', 'gogo-protobuf', 'golang-groupcache', 'golang-jwt-jwt', 'golang-protobuf-1-5'],
  ...['google-go-cmp', 'google-shlex', 'google-uuid', 'grpc-ecosystem-grpc-gateway', 'hashicorp-errwrap'],
  ...[
    'hashicorp-go-immutable-radix',
    'hashicorp-go-multierror',
    'hashicorp-golang-lru',
    'in-toto-in-toto-golang',
  ],
  ...['klauspost-compress', 'mitchellh-hashstructure-v2', 'moby-docker-image-spec', 'moby-locker'],
  ...['moby-patternmatcher', 'moby-sys', 'morikuni-aec', 'munnerz-goautoneg', 'opencontainers-go-digest'],
  ...['opencontainers-image-spec', 'opencontainers-selinux', 'opencontainers-specs', 'pelletier-go-toml'],
  ...['pkg-errors', 'prometheus-client-golang', 'prometheus-client-model', 'prometheus-common'],
  ...[
    'prometheus-procfs',
    'secure-systems-lab-go-securesystemslib',
    'shibumi-go-pathspec',
    'sirupsen-logrus',
  ],
  ...['tonistiigi-units', 'vbatts-tar-split', 'vishvananda-netlink', 'vishvananda-netns'],
].map((name) => `golang-github-${name}-dev`);

const packages = [
  ...['golang-1.24-go', 'golang-1.24-src', ...libraries],
  ...['crypto', 'net', 'sync', 'sys', 'text', 'time'].map((name) => `golang-golang-x-${name}-dev`),
  ...['genproto', 'grpc', 'protobuf'].map((name) => `golang-google-${name}-dev`),
  ...['contrib', 'otel', 'proto'].map((name) => `golang-opentelemetry-${name}-dev`),
];

/** A build takes two minutes: the next run finds it here. */
const kept = resolve(import.meta.dirname, '../../node_modules/.cache/buildkit');

/** Returns the directory of the executables. @throws Error if they cannot be fetched or built */
export async function buildkitPrograms(): Promise<string> {
  if (existsSync(kept)) return kept;
  const directory = await mkdtemp(join(tmpdir(), 'pd-buildkit-'));
  try {
    await fetchAll(directory);
    await build(directory);
    await mkdir(resolve(kept, '..'), { recursive: true });
    await cp(join(directory, 'bin'), `${kept}.new`, { recursive: true });
    await rename(`${kept}.new`, kept);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return kept;
}

async function fetchAll(directory: string): Promise<void> {
  const downloads = await fetchPackages(directory, packages, release);
  // Debian's patches of it are in the package of its library, what it brings along is only here.
  const archive = (await readdir(downloads)).find((name) => name.endsWith('.orig-buildkit.tar.xz'));
  if (archive === undefined) throw new Error('trixie’s docker.io has no sources of BuildKit');
  const into = join(directory, 'root/usr/share/gocode/src/github.com/moby');
  await execa('tar', ['-xJf', join(downloads, archive), '-C', into, '--skip-old-files']);
}

/** In the old way, with a GOPATH: modules would be downloaded. */
async function build(directory: string): Promise<void> {
  const env = {
    GO111MODULE: 'off',
    GOPATH: join(directory, 'root/usr/share/gocode'),
    GOCACHE: join(directory, 'cache'),
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  const go = join(directory, 'root/usr/lib/go-1.24/bin/go');
  const bin = join(directory, 'bin');
  await mkdir(bin);
  const commands = ['buildkitd', 'buildctl'].map((name) => `github.com/moby/buildkit/cmd/${name}`);
  const settings = ['-tags', 'seccomp', '-ldflags', '-s -w'];
  await execa(go, ['build', ...settings, '-o', `${bin}/`, ...commands], { env, timeout: 600_000 });
}
