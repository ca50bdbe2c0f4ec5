/** The sample plugins of NRI, built from the sources that Debian 13 has, with its Go and its libraries. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { fetchPackages } from '../../support/debian13.ts';

export const samples = ['logger', 'ulimit-adjuster', 'device-injector'] as const;

const release = 'golang-github-containerd-nri';

/** What the plugins import, and what that imports. */
const packages = [
  ...['golang-1.24-go', 'golang-1.24-src', `${release}-dev`, 'golang-github-containerd-ttrpc-dev'],
  ...[
    'golang-github-containerd-log-dev',
    'golang-github-sirupsen-logrus-dev',
    'golang-github-pkg-errors-dev',
  ],
  ...['golang-google-protobuf-dev', 'golang-google-grpc-dev', 'golang-google-genproto-dev'],
  ...[
    'golang-github-gogo-protobuf-dev',
    'golang-github-golang-protobuf-1-5-dev',
    'golang-github-google-go-cmp-dev',
  ],
  ...['golang-golang-x-sys-dev', 'golang-golang-x-net-dev', 'golang-golang-x-text-dev'],
  ...['golang-k8s-sigs-yaml-dev', 'golang-gopkg-yaml.v3-dev', 'golang-github-kubernetes-cri-api-dev'],
  ...['golang-github-moby-sys-dev', 'golang-github-opencontainers-specs-dev'],
  'golang-github-opencontainers-runtime-tools-dev',
];

/** A build takes a minute: the next run finds it here. */
const kept = resolve(import.meta.dirname, '../../../node_modules/.cache/nri-plugins');

/** Returns the directory of the executables. @throws Error if they cannot be fetched or built */
export async function nriPlugins(): Promise<string> {
  if (existsSync(kept)) return kept;
  const directory = await mkdtemp(join(tmpdir(), 'pd-nri-'));
  try {
    await fetchAll(directory);
    await build(directory);
    await mkdir(resolve(kept, '..'), { recursive: true });
    await rename(join(directory, 'bin'), `${kept}.new`).catch(() =>
      cp(join(directory, 'bin'), `${kept}.new`, { recursive: true }),
    );
    await rename(`${kept}.new`, kept);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return kept;
}

async function fetchAll(directory: string): Promise<void> {
  const downloads = await fetchPackages(directory, packages, release);
  await mkdir(join(directory, 'nri'));
  await execa('sh', ['-c', 'tar -xzf *.orig.tar.gz --strip-components=1 -C ../nri'], { cwd: downloads });
}

/** In the old way, with a GOPATH: modules would be downloaded. */
async function build(directory: string): Promise<void> {
  const libraries = join(directory, 'root/usr/share/gocode');
  const sources = join(libraries, 'src/samples');
  await mkdir(sources);
  for (const sample of samples)
    await cp(join(directory, 'nri/plugins', sample), join(sources, sample), { recursive: true });
  const env = {
    GO111MODULE: 'off',
    GOPATH: libraries,
    GOCACHE: join(directory, 'cache'),
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  const go = join(directory, 'root/usr/lib/go-1.24/bin/go');
  const names = samples.map((sample) => `samples/${sample}`);
  await mkdir(join(directory, 'bin'));
  await execa(go, ['build', '-o', `${directory}/bin/`, ...names], { cwd: sources, env, timeout: 280_000 });
}
