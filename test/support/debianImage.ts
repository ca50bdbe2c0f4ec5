/**
 * Images of Debian that are bootstrapped once for several files and runs: the one with systemd and sshd of
 * `npm run quickstart`, and others by their packages.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { packages } from '../../scripts/quickstart/container.ts';
import { image as systemd } from '../../scripts/quickstart/place.ts';
import { everyCase } from './someOf.ts';
import { TestPouchd } from './TestPouchd.ts';
import type { Daemon } from './useDaemon.ts';

const project = resolve(import.meta.dirname, '../..');
const cache = join(project, 'node_modules/.cache');
const sources = ['core/images/bootstrap', 'scripts/quickstart'];

/** Debian's packages change. */
const keptMs = 7 * 24 * 60 * 60_000;

export interface DebianImage {
  reference: string;
  /** Default: bookworm. */
  suite?: string;
  /** Packages. */
  include: readonly string[];
}

/** That of `npm run quickstart`. */
export const withSystemd: DebianImage = { reference: systemd, include: packages.split(',') };

/** Gives a daemon the image: the kept one, or a new one, whose steps it returns. */
export async function provideDebian(
  { host, client, names }: TestPouchd,
  image: DebianImage = withSystemd,
): Promise<string[]> {
  const steps: string[] = [];
  if (await loadKeptDebian(host, image)) return steps;
  if (names.network !== undefined) return await provideByOther(host, image);
  const { reference, suite = 'bookworm' } = image;
  const options = { reference, suite, include: [...image.include] };
  for await (const { error, status = '' } of await client.images.bootstrap(options)) {
    if (error !== undefined) throw new Error(error);
    steps.push(status);
  }
  await keepDebian(host, image);
  return steps;
}

/** A network of its own reaches no mirror: a daemon in that of the host bootstraps the image. */
async function provideByOther(host: string, image: DebianImage): Promise<string[]> {
  const other = await TestPouchd.create();
  try {
    const steps = await provideDebian(other, image);
    await pouch(host, 'load', '-i', keptArchive(image));
    return steps;
  } finally {
    await other.dispose();
  }
}

/** Gives the daemon of a `describe` the image before its tests, which bootstrap it if none is kept. */
export function useDebian(daemon: Daemon, image?: DebianImage): void {
  before(async function () {
    this.timeout(600_000);
    await provideDebian(daemon.it, image);
  });
}

/**
 * Loads a kept image into a daemon. Returns false without one: bootstrap it then. Where every case is tested, that of
 * systemd is bootstrapped anew, once in a run.
 */
export async function loadKeptDebian(host: string, image: DebianImage = withSystemd): Promise<boolean> {
  const archive = keptArchive(image);
  const madeAt = statSync(archive, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isAnew = everyCase() && image === withSystemd;
  const since = isAnew ? Number(process.env['POUCH_TEST_BEGAN'] ?? Infinity) : Date.now() - keptMs;
  if (madeAt < since) return false;
  await pouch(host, 'load', '-i', archive);
  return true;
}

/** Keeps the image of a daemon for the next file or run. */
export async function keepDebian(host: string, image: DebianImage = withSystemd): Promise<void> {
  const archive = keptArchive(image);
  mkdirSync(cache, { recursive: true });
  const temporary = `${archive}.${process.pid}`;
  try {
    await pouch(host, 'save', '-o', temporary, image.reference);
    const older = new RegExp(`^${baseName(image)}-\\w+\\.tar$`);
    for (const name of readdirSync(cache)) if (older.test(name)) rmSync(join(cache, name));
    renameSync(temporary, archive);
  } finally {
    if (existsSync(temporary)) rmSync(temporary);
  }
}

function baseName({ reference }: DebianImage): string {
  return reference.split(':', 1)[0]!;
}

/** Its name changes with the code that makes the image. */
function keptArchive(image: DebianImage): string {
  const hash = createHash('sha256').update(image === withSystemd ? '' : image.include.join(' '));
  for (const folder of sources)
    for (const name of readdirSync(join(project, folder)).sort())
      hash.update(readFileSync(join(project, folder, name)));
  return join(cache, `${baseName(image)}-${hash.digest('hex').slice(0, 12)}.tar`);
}

async function pouch(host: string, ...args: string[]): Promise<void> {
  await execa(join(project, 'bin/pouch'), args, {
    env: { POUCH_HOST: host },
    stdin: 'ignore',
    timeout: 300_000,
  });
}
