/** docker-compose 1 of Debian 12, and compose 2 of Debian 13 in a directory of its own. */
import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { fetchPackages } from './debian13.ts';

const inPackage = 'usr/libexec/docker/cli-plugins/docker-compose';

/** For later runs. */
const kept = resolve(import.meta.dirname, '../../node_modules/.cache/compose');
const keptMs = 7 * 24 * 60 * 60_000;

/** A compose: its command, or why this host does not have it. */
export interface Compose {
  readonly version: 1 | 2;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly missing?: string;
}

export async function compose1(): Promise<Compose> {
  const { failed } = await execa('docker-compose', ['version', '--short'], { reject: false });
  return {
    version: 1,
    command: ['docker-compose', '--no-ansi'],
    env: {},
    ...(failed && { missing: 'docker-compose is not installed' }),
  };
}

/** As a plugin of the docker CLI, which finds it in its configuration. */
export async function compose2(): Promise<Compose> {
  const compose = {
    version: 2 as const,
    command: ['docker', 'compose', '--ansi', 'never'],
    env: { DOCKER_CONFIG: kept },
  };
  try {
    if (!(await isKept())) await fetchCompose();
    const { failed, stderr } = await execa('docker', ['compose', 'version'], {
      env: compose.env,
      reject: false,
    });
    return { ...compose, ...(failed && { missing: `trixie’s compose does not run: ${stderr}` }) };
  } catch (error) {
    return { ...compose, missing: `trixie’s compose: ${(error as Error).message.split('\n')[0]}` };
  }
}

async function isKept(): Promise<boolean> {
  const found = await stat(join(kept, 'cli-plugins/docker-compose')).catch(() => undefined);
  return found !== undefined && Date.now() - found.ctimeMs < keptMs;
}

async function fetchCompose(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pd-compose-'));
  try {
    await fetchPackages(directory, ['docker-compose']);
    const beside = `${kept}.${process.pid}`;
    await mkdir(join(beside, 'cli-plugins'), { recursive: true });
    await cp(join(directory, 'root', inPackage), join(beside, 'cli-plugins/docker-compose'));
    await rm(kept, { recursive: true, force: true });
    await rename(beside, kept);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
