/**
 * Builds bin/pouch: one executable of bin/pouch-main.ts, compiled by Bun from npm. Where Bun is not installed it becomes a small
 * launcher for Node. Does nothing when it is up to date.
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

/** Its programs by their own names; bin/runlxc is made with its native parts. */
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

/** npm's postinstall moves the binary; with scripts switched off it stays in the platform's package. */
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

/** Time of the newest file at or below a path, in milliseconds; directories count too, for removed files. */
function newest(path: string): number {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function compile(bun: string): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const temporary = `${target}.${process.pid}`;
  const options = ['--compile', '--minify', '--bytecode', '--format=cjs'];
  // Commands that last for milliseconds are over before compiled code pays: 12 ms become 9.
  options.push('--compile-jit-policy=100');
  // What lies in the caller's directory, for a runtime that of a bundle, is nothing to read settings from.
  options.push('--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig');
  const define = ['--define', `POUCH_VERSION=${JSON.stringify(version)}`];
  execFileSync(bun, ['build', ...options, ...define, entry, '--outfile', temporary], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 120_000,
  });
  // A rename, for a running pouch keeps the file that it runs from.
  renameSync(temporary, target);
}

/** Runs the compiled JavaScript if `npm run build` made it, else the sources. */
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
  // Bun has said what is wrong, on stderr.
  process.stderr.write(`build-cli: bin/pouch was not built: ${(error as Error).message.split('\n')[0]}\n`);
  process.exitCode = 1;
}
