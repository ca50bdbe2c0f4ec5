/** The image of Debian with systemd and sshd that `npm run quickstart` bootstraps, once for several files and runs. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { packages } from '../../scripts/quickstart/container.ts';
import { image } from '../../scripts/quickstart/place.ts';
import { everyCase } from './someOf.ts';
import type { TestPouchd } from './TestPouchd.ts';
import type { Daemon } from './useDaemon.ts';

const project = resolve(import.meta.dirname, '../..');
const cache = join(project, 'node_modules/.cache');
const sources = ['core/images/bootstrap', 'scripts/quickstart'];

/** Debian's packages change. */
const keptMs = 7 * 24 * 60 * 60_000;

/** Gives a daemon the image: the kept one, or a new one, whose steps it returns. */
export async function provideDebian({ host, client }: TestPouchd): Promise<string[]> {
  const steps: string[] = [];
  if (await loadKeptDebian(host)) return steps;
  const options = { reference: image, suite: 'bookworm', include: packages.split(',') };
  for await (const { error, status = '' } of await client.images.bootstrap(options)) {
    if (error !== undefined) throw new Error(error);
    steps.push(status);
  }
  await keepDebian(host);
  return steps;
}

/** Gives the daemon of a `describe` the image before its tests, which bootstrap it if none is kept. */
export function useDebian(daemon: Daemon): void {
  before(async function () {
    this.timeout(600_000);
    await provideDebian(daemon.it);
  });
}

/** Loads a kept image into a daemon. Returns false without one, and where every case is tested: bootstrap it then. */
export async function loadKeptDebian(host: string): Promise<boolean> {
  const archive = keptArchive();
  const age = Date.now() - (statSync(archive, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (everyCase() || age > keptMs) return false;
  await pouch(host, 'load', '-i', archive);
  return true;
}

/** Keeps the image of a daemon for the next file or run. */
export async function keepDebian(host: string): Promise<void> {
  const archive = keptArchive();
  mkdirSync(cache, { recursive: true });
  const temporary = `${archive}.${process.pid}`;
  try {
    await pouch(host, 'save', '-o', temporary, image);
    for (const name of readdirSync(cache)) if (/^debian-\w+\.tar$/.test(name)) rmSync(join(cache, name));
    renameSync(temporary, archive);
  } finally {
    if (existsSync(temporary)) rmSync(temporary);
  }
}

/** Its name changes with the code that makes the image. */
function keptArchive(): string {
  const hash = createHash('sha256');
  for (const folder of sources)
    for (const name of readdirSync(join(project, folder)).sort())
      hash.update(readFileSync(join(project, folder, name)));
  return join(cache, `debian-${hash.digest('hex').slice(0, 12)}.tar`);
}

async function pouch(host: string, ...args: string[]): Promise<void> {
  await execa(join(project, 'bin/pouch'), args, {
    env: { POUCH_HOST: host },
    stdin: 'ignore',
    timeout: 300_000,
  });
}
