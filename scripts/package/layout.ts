/** The files of Pouch as they lie on a host (hier(7)): both packages have this tree. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeCodeCaches } from '../build/codeCaches.ts';
import { SetupError } from '../lib/SetupError.ts';
import { manual } from './manual/index.ts';
import { copyModules } from './modules.ts';
import type { PackagedNode } from './node.ts';

/** What is packaged. */
export interface Release {
  /** The project. */
  root: string;
  version: string;
  /** Of the commit: of all files, so that the same sources give the same packages. */
  date: Date;
  /** Name and address, as in the field Maintainer. */
  maintainer: string;
  node: PackagedNode;
}

const library = 'usr/lib/pouch';

/** Programs of bin/, beside the daemon's; links are copied as links. */
const programs = [
  ...['pouch', 'pouch-files', 'pouch-confine', 'pouch-console', 'pouch-devices', 'pouch-pause'],
  ...['pouch-proxy', 'pouch-values', 'runlxc', 'runlxc-init', 'runlxc-monitor'],
];

/** Commands in PATH. */
const commands = { 'usr/bin/pouch': 'pouch', 'usr/bin/runlxc': 'runlxc', 'usr/sbin/pouchd': 'pouchd' };

const completions = {
  bash: 'usr/share/bash-completion/completions/pouch',
  zsh: 'usr/share/zsh/vendor-completions/_pouch',
  fish: 'usr/share/fish/vendor_completions.d/pouch.fish',
};

/** On hosts of today /lib is a link to usr/lib, which an archive must not replace. */
const units = 'usr/lib/systemd/system';

export const documents = 'usr/share/doc/pouch';

/** Files of dist/ that hosts do not need: maps of sources, and the command for hosts without Bun. */
const unused = /\.map$|\.cache$|\/\.bundle$|\/pouch-main\.js$|\/write-code-cache\.js$/;

/** Writes the tree below an empty directory. */
export async function layOut(release: Release, target: string): Promise<void> {
  const { root, node } = release;
  checkBuilt(root);
  const to = (path: string) => {
    const file = join(target, path);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  };
  copyFileSync(node.path, to(`${library}/runtime/node`));
  for (const name of programs) copyProgram(join(root, 'bin', name), to(`${library}/bin/${name}`));
  writeFileSync(to(`${library}/bin/pouchd`), launcher(root));
  writeFileSync(to(`${library}/package.json`), manifest(release));
  copyModules(root, to(`${library}/node_modules`));
  await copyBundle(release, to(`${library}/dist`), join(target, library));
  for (const [path, name] of Object.entries(commands)) symlinkSync(`../lib/pouch/bin/${name}`, to(path));
  for (const name of ['pouchd.service', 'pouchd.socket']) writeFileSync(to(`${units}/${name}`), fileOf(name));
  writeFileSync(to('etc/pouch/pouchd.yaml'), fileOf('pouchd.yaml'));
  for (const [shell, path] of Object.entries(completions))
    writeFileSync(to(path), execFileSync(join(root, 'bin/pouch'), ['completion', shell]));
  const usage = execFileSync(join(root, 'bin/pouchd'), ['--help'], { encoding: 'utf8' });
  const pages = await manual(release, usage);
  for (const [path, text] of Object.entries(pages))
    writeFileSync(to(`usr/share/man/${path}.gz`), compressed(text));
  writeFileSync(to(`${documents}/README.md`), readFileSync(join(root, 'README.md')));
  writeFileSync(to(`${documents}/CHANGELOG.md.gz`), compressed(readFileSync(join(root, 'CHANGELOG.md'))));
}

/** @throws SetupError if a part of the build is missing, which `npm run build` tolerates */
function checkBuilt(root: string): void {
  const missing = programs.filter((name) => !existsSync(join(root, 'bin', name)));
  const isCompiled = statSync(join(root, 'bin/pouch')).size > 1024 * 1024;
  if (missing.length > 0)
    throw new SetupError(
      `Expected bin/${missing.join(', bin/')}: install what npm run build names, then run this again.`,
    );
  if (!isCompiled)
    throw new SetupError('Expected bin/pouch compiled by Bun: run npm ci, then run this again.');
}

function copyProgram(from: string, to: string): void {
  cpSync(from, to, { verbatimSymlinks: true });
}

/** bin/pouchd with the packaged Node, which is not in PATH. */
function launcher(root: string): string {
  const text = readFileSync(join(root, 'bin/pouchd'), 'utf8');
  return text.replace(/^#!\/usr\/bin\/env -S node /, `#!/usr/bin/env -S /${library}/runtime/node `);
}

/** What Node and plugins read of it. */
function manifest({ root, version }: Release): string {
  const { name, description, license, type, exports } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  return `${JSON.stringify({ name, version, description, license, private: true, type, exports }, null, 2)}\n`;
}

/** With the code caches of the packaged Node. */
async function copyBundle({ root, node }: Release, target: string, libraryDirectory: string): Promise<void> {
  cpSync(join(root, 'dist'), target, { recursive: true, filter: (path) => !unused.test(path) });
  const writer = join(target, 'bin/write-code-cache.js');
  copyFileSync(join(root, 'dist/bin/write-code-cache.js'), writer);
  await writeCodeCaches(libraryDirectory, { node: node.path, isReproducible: true });
  rmSync(writer);
}

/** A text of scripts/package/files. */
export function fileOf(name: string): string {
  return readFileSync(join(import.meta.dirname, 'files', name), 'utf8');
}

/** As `gzip -9n`: without a name and a time. */
export function compressed(text: string | Buffer): Buffer {
  return gzipSync(text, { level: 9 });
}

/** Gives all files below a directory the modes that packages have, and one time. */
export function settle(directory: string, date: Date): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || (entry.isFile() && isExecutable(path));
    if (!entry.isSymbolicLink()) chmodSync(path, isProgram ? 0o755 : 0o644);
    lutimesSync(path, date, date);
  }
  lutimesSync(directory, date, date);
}

function isExecutable(path: string): boolean {
  return /\/(usr\/lib\/pouch\/(bin|runtime)\/[^/]+|DEBIAN\/(postinst|prerm|postrm))$/.test(path);
}
