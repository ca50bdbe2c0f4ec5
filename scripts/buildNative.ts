/**
 * Builds the native parts with gcc: bin/pouch-confine, which plugins in processes of their own need, bin/pouch-console,
 * which holds consoles of rich containers, bin/pouch-devices, which replaces device rules in cgroup v2, bin/pouch-
 * pause, which is the process of a build's container, bin/pouch-proxy, which listens on published ports,
 * bin/pouch-values, which writes files for /proc of rich
 * containers, and runlxc's bin/runlxc-monitor and bin/runlxc-init. Links bin/runlxc to the multi-call executable. Does
 * nothing if they are up to date. Without a compiler or liblxc's headers it prints the missing packages; everything
 * else works without them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const runlxc = join(root, 'runlxc/native');
const flags = ['-D_GNU_SOURCE', '-std=gnu11', '-Os', '-Wall', '-Wextra', '-Werror', '-s'];
const hardening = ['-fstack-protector-strong', '-D_FORTIFY_SOURCE=2', '-Wl,-z,relro,-z,now'];

interface NativeProgram {
  name: string;
  folders: string[];
  libraries: string[];
}

interface Part {
  /** What is not built without its packages. */
  name: string;
  programs: readonly NativeProgram[];
  /** Headers, and the Debian packages that contain them. */
  headers: readonly (readonly [header: string, debianPackage: string])[];
}

const folder = (name: string) => join(runlxc, name);

const parts: readonly Part[] = [
  {
    name: 'pouch-confine',
    programs: [
      { name: 'pouch-confine', folders: [join(root, 'core/plugins/process/native')], libraries: [] },
    ],
    headers: [],
  },
  {
    name: 'pouch-console',
    programs: [
      {
        name: 'pouch-console',
        folders: [join(root, 'core/io/console/native')],
        libraries: ['-static'],
      },
    ],
    headers: [],
  },
  {
    name: 'pouch-devices',
    programs: [
      {
        name: 'pouch-devices',
        folders: [join(root, 'core/host/deviceProgram/native')],
        libraries: ['-static'],
      },
    ],
    headers: [['linux/bpf.h', 'linux-libc-dev']],
  },
  {
    name: 'pouch-pause',
    programs: [
      { name: 'pouch-pause', folders: [join(root, 'core/lifecycle/build/native')], libraries: ['-static'] },
    ],
    headers: [],
  },
  {
    name: 'pouch-proxy',
    programs: [
      { name: 'pouch-proxy', folders: [join(root, 'core/portProxy/native')], libraries: ['-static'] },
    ],
    headers: [['linux/seccomp.h', 'linux-libc-dev']],
  },
  {
    name: 'pouch-values',
    programs: [
      { name: 'pouch-values', folders: [join(root, 'plugins/lxcfs/native')], libraries: ['-static'] },
    ],
    headers: [],
  },
  {
    name: 'runlxc',
    programs: [
      { name: 'runlxc-init', folders: [folder('common'), folder('init')], libraries: ['-static'] },
      {
        name: 'runlxc-monitor',
        folders: [folder('common'), folder('monitor')],
        libraries: ['-rdynamic', '-llxc', '-lseccomp'],
      },
    ],
    headers: [
      ['lxc/lxccontainer.h', 'lxc-dev'],
      ['seccomp.h', 'libseccomp-dev'],
    ],
  },
];

function main(): void {
  link();
  parts.forEach(build);
}

function build({ name, programs, headers }: Part): void {
  if (programs.every(isUpToDate)) return;
  const missing = missingPackages(headers);
  if (missing.length > 0)
    return console.error(
      `build-native: ${name} is not built, packages are missing: apt-get install ${missing.join(' ')}`,
    );
  for (const program of programs) compile(program);
}

function link(): void {
  const path = join(root, 'bin/runlxc');
  if (existsSync(path)) return;
  rmSync(path, { force: true });
  symlinkSync('pouch', path);
}

function isUpToDate({ name, folders }: NativeProgram): boolean {
  const built = statSync(join(root, 'bin', name), { throwIfNoEntry: false });
  const inputs = [...folders.flatMap(filesOf), import.meta.filename];
  return built !== undefined && inputs.every((file) => statSync(file).mtimeMs < built.mtimeMs);
}

function filesOf(directory: string): string[] {
  return readdirSync(directory).map((name) => join(directory, name));
}

function missingPackages(headers: Part['headers']): string[] {
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

function compile({ name, folders, libraries }: NativeProgram): void {
  const target = join(root, 'bin', name);
  const temporary = `${target}.${process.pid}`;
  const inputs = folders.flatMap(filesOf).filter((file) => file.endsWith('.c'));
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
  process.stderr.write(
    `build-native: the native parts were not built: ${(error as Error).message.split('\n')[0]}\n`,
  );
  process.exitCode = 1;
}
