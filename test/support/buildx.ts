/** docker buildx of Debian 13, as a plugin of the docker CLI. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { fetchPackages } from './debian13.ts';
import type { TestPouchd } from './TestPouchd.ts';

const inPackage = 'usr/libexec/docker/cli-plugins/docker-buildx';

/** For later runs. */
const kept = resolve(import.meta.dirname, '../../node_modules/.cache/buildx');

export interface BuildxOptions {
  cwd: string;
  /** Directory with config.json; default: one without. */
  config?: string;
  signal?: AbortSignal;
}

/** Runs it against a daemon. Resolves to its exit code and all of its output. */
export async function buildx(
  { host, dir }: Pick<TestPouchd, 'host' | 'dir'>,
  args: readonly string[],
  { cwd, signal, config = kept }: BuildxOptions,
): Promise<{ exitCode: number | undefined; all: string }> {
  if (!existsSync(kept)) await fetchBuildx();
  // A plugin in another directory than the configuration.
  if (config !== kept) await cp(kept, config, { recursive: true });
  const env = { DOCKER_CONFIG: config, DOCKER_HOST: host, BUILDX_CONFIG: join(dir, 'buildx') };
  const { exitCode, all } = await execa('docker', ['buildx', ...args], {
    cwd,
    env,
    reject: false,
    all: true,
    timeout: 60_000,
    ...(signal && { cancelSignal: signal }),
  });
  return { exitCode, all };
}

async function fetchBuildx(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pd-buildx-'));
  try {
    await fetchPackages(directory, ['docker-buildx']);
    const beside = `${kept}.${process.pid}`;
    await mkdir(join(beside, 'cli-plugins'), { recursive: true });
    await cp(join(directory, 'root', inPackage), join(beside, 'cli-plugins/docker-buildx'));
    await rename(beside, kept);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
