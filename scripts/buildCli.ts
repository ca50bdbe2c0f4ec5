/**
 * Builds bin/pouch, an executable that Bun compiles from bin/pouch-main.ts; without Bun, a launcher for Node. Does
 * nothing if it is up to date.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { newest } from './build/newest.ts';

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'bin/pouch');
const entry = join(root, 'bin/pouch-main.ts');
const sources = [
  'cli',
  'client',
  'runlxc',
  'core/files',
  'core/host',
  'core/supervise',
  'core/userns',
  'package.json',
  'package-lock.json',
  'bin/pouch-main.ts',
  'scripts/buildCli.ts',
];

/** Names of its programs; scripts/buildNative.ts links bin/runlxc. */
const names = ['pouch-files'];

function main(): void {
  for (const name of names) link(join(root, 'bin', name));
  const bun = findBun();
  if (isUpToDate(bun !== undefined)) return;
  if (bun) compile(bun);
  else writeLauncher();
}

function link(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })) return;
  symlinkSync('pouch', path);
}

/** npm's postinstall script moves the binary; with scripts disabled it stays in the platform's package. */
function findBun(): string | undefined {
  const modules = join(root, 'node_modules');
  const platforms = existsSync(join(modules, '@oven')) ? readdirSync(join(modules, '@oven')) : [];
  const candidates = [
    join(modules, 'bun/bin/bun.exe'),
    ...platforms.map((name) => join(modules, '@oven', name, 'bin/bun')),
  ];
  return candidates.find(runs);
}

function runs(path: string): boolean {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

function isUpToDate(compiled: boolean): boolean {
  if (!existsSync(target)) return false;
  const { mtimeMs, size } = statSync(target);
  const isCompiled = size > 1024 * 1024;
  return isCompiled === compiled && sources.every((source) => newest(join(root, source)) < mtimeMs);
}

function compile(bun: string): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const temporary = `${target}.${process.pid}`;
  const options = ['--compile', '--minify', '--bytecode', '--format=cjs'];
  // JIT compilation does not pay off for commands of a few milliseconds: 9 ms instead of 12 ms.
  options.push('--compile-jit-policy=100');
  // The working directory is the caller's, or for a runtime the bundle: its files must not configure the program.
  options.push('--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig');
  const define = ['--define', `pouchVersion=${JSON.stringify(version)}`];
  execFileSync(bun, ['build', ...options, ...define, entry, '--outfile', temporary], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 120_000,
  });
  // A rename, as a running pouch keeps using the old file.
  renameSync(temporary, target);
}

/** Writes a launcher for the compiled JavaScript if it exists, else for the sources. */
function writeLauncher(): void {
  const script = `#!/usr/bin/env node
import { existsSync } from 'node:fs';
const compiled = new URL('../dist/bin/pouch-main.js', import.meta.url);
if (existsSync(compiled)) await import(compiled);
else {
  await import('tsx');
  await import('./pouch-main.ts');
}
`;
  writeFileSync(target, script);
  chmodSync(target, 0o755);
}

try {
  main();
} catch (error) {
  // Bun has printed the cause to stderr.
  process.stderr.write(`build-cli: bin/pouch was not built: ${(error as Error).message.split('\n')[0]}\n`);
  process.exitCode = 1;
}
