/**
 * `npm run package` builds the Debian package and the archive of Pouch, with a JavaScript runtime of their own, in
 * out/. The same commit gives the same bytes. Options, after `--`: `--version VERSION`, `--output DIRECTORY`,
 * `--only deb|tarball`, and `--maintainer 'NAME <ADDRESS>'`, also by DEBFULLNAME and DEBEMAIL.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { runScript, SetupError } from './lib/SetupError.ts';
import { buildDeb } from './package/debian.ts';
import { layOut, type Release, settle } from './package/layout.ts';
import { packagedNode } from './package/node.ts';
import { buildTarball } from './package/tarball.ts';

const root = resolve(import.meta.dirname, '..');

await runScript(async () => {
  const { version, output, only, maintainer } = readOptions();
  await import('./build.ts');
  const release = { root, version, maintainer, date: await dateOf(), node: await packagedNode(root) };
  const directory = resolve(output);
  mkdirSync(directory, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'pouch-package-'));
  try {
    const tree = join(work, 'tree');
    mkdirSync(tree);
    await layOut(release, tree);
    settle(tree, release.date);
    const parent = join(work, 'archive');
    mkdirSync(parent);
    const tarball = join(directory, `pouch-${version}-linux-amd64.tar.gz`);
    if (only !== 'deb') await report(tarball, () => buildTarball(release, tree, parent, tarball));
    const deb = join(directory, `pouch_${version}_amd64.deb`);
    if (only !== 'tarball') await report(deb, () => buildDeb(release, tree, deb));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return 0;
});

/** @throws SetupError */
function readOptions() {
  const { version: ours } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  try {
    const { values } = parseArgs({
      options: {
        version: { type: 'string', default: ours },
        output: { type: 'string', default: join(root, 'out') },
        only: { type: 'string' },
        maintainer: { type: 'string', default: usualMaintainer() },
      },
    });
    if (!/^\d[\d.+~a-z]*$/.test(values.version))
      throw new Error(`--version: expected a version such as 0.2.0, found "${values.version}"`);
    if (![undefined, 'deb', 'tarball'].includes(values.only))
      throw new Error(`--only: expected deb or tarball, found "${values.only}"`);
    if (!/^[^<>\n]+ <[^<>@\s]+@[^<>@\s]+>$/.test(values.maintainer))
      throw new Error(`--maintainer: expected NAME <ADDRESS>, found "${values.maintainer}"`);
    return values;
  } catch (error) {
    throw new SetupError((error as Error).message);
  }
}

/** Of the one who builds, by the variables of dch(1); else an address that cannot exist (RFC 2606). */
function usualMaintainer(): string {
  const { DEBFULLNAME: name = 'The authors of Pouch', DEBEMAIL: address = 'pouch@pouch.invalid' } =
    process.env;
  return `${name} <${address}>`;
}

/** SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/), or the time of the commit. */
async function dateOf(): Promise<Release['date']> {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const seconds = Number(given ?? (await git('log', '-1', '--format=%ct')));
  if (Number.isInteger(seconds) && seconds > 0) return new Date(seconds * 1000);
  throw new SetupError(
    given === undefined
      ? 'The time of the commit is unknown: run this in a clone, or set SOURCE_DATE_EPOCH.'
      : `SOURCE_DATE_EPOCH: expected seconds since 1970, found "${given}"`,
  );
}

async function git(...args: string[]): Promise<string> {
  const { stdout } = await execa('git', args, { cwd: root, reject: false, stdin: 'ignore' });
  return stdout;
}

async function report(file: string, build: () => Promise<void>): Promise<void> {
  rmSync(file, { force: true });
  await build();
  console.log(`${file} (${(statSync(file).size / 1024 / 1024).toFixed(1)} MiB)`);
}
