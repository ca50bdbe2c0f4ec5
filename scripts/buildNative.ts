/**
 * Builds the native parts of runlxc with gcc: bin/runlxc-monitor and bin/runlxc-init, and links bin/runlxc to the
 * multi-call executable. Does nothing if they are up to date. Without a compiler or liblxc's headers it prints the
 * missing packages; everything except runlxc works without them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const sources = join(root, 'runlxc/native');
const flags = ['-D_GNU_SOURCE', '-std=gnu11', '-Os', '-Wall', '-Wextra', '-Werror', '-s'];
const hardening = ['-fstack-protector-strong', '-D_FORTIFY_SOURCE=2', '-Wl,-z,relro,-z,now'];

interface NativeProgram {
  name: string;
  folder: string;
  libraries: string[];
}

const programs: readonly NativeProgram[] = [
  { name: 'runlxc-init', folder: 'init', libraries: ['-static'] },
  { name: 'runlxc-monitor', folder: 'monitor', libraries: ['-rdynamic', '-llxc', '-lseccomp'] },
];

/** Headers, and the Debian packages that contain them. */
const headers = [
  ['lxc/lxccontainer.h', 'lxc-dev'],
  ['seccomp.h', 'libseccomp-dev'],
] as const;

function main(): void {
  link();
  if (programs.every(isUpToDate)) return;
  const missing = missingPackages();
  if (missing.length > 0)
    return console.error(
      `build-native: runlxc is not built, packages are missing: apt-get install ${missing.join(' ')}`,
    );
  for (const program of programs) compile(program);
}

function link(): void {
  const path = join(root, 'bin/runlxc');
  if (existsSync(path)) return;
  rmSync(path, { force: true });
  symlinkSync('pouch', path);
}

function isUpToDate({ name, folder }: NativeProgram): boolean {
  const built = statSync(join(root, 'bin', name), { throwIfNoEntry: false });
  const inputs = [...filesOf('common'), ...filesOf(folder), import.meta.filename];
  return built !== undefined && inputs.every((file) => statSync(file).mtimeMs < built.mtimeMs);
}

function filesOf(folder: string): string[] {
  return readdirSync(join(sources, folder)).map((name) => join(sources, folder, name));
}

function missingPackages(): string[] {
  if (!succeeds('gcc', ['--version'])) return ['gcc', 'libc6-dev', ...headers.map(([, name]) => name)];
  return headers.flatMap(([header, name]) =>
    succeeds('gcc', ['-E', '-x', 'c', '-include', header, '/dev/null']) ? [] : [name],
  );
}

function succeeds(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

function compile({ name, folder, libraries }: NativeProgram): void {
  const target = join(root, 'bin', name);
  const temporary = `${target}.${process.pid}`;
  const inputs = [...filesOf('common'), ...filesOf(folder)].filter((file) => file.endsWith('.c'));
  execFileSync('gcc', [...flags, ...hardening, ...inputs, '-o', temporary, ...libraries], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 120_000,
  });
  // A rename, as running containers keep using the old file.
  renameSync(temporary, target);
}

try {
  main();
} catch (error) {
  process.stderr.write(`build-native: runlxc was not built: ${(error as Error).message.split('\n')[0]}\n`);
  process.exitCode = 1;
}
