import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type BuildOptions, type OutputFile, type Plugin } from 'esbuild';
import { BuildStamp } from './BuildStamp.ts';
import { writeCodeCaches } from './codeCaches.ts';

/** Files that are started or imported by their path. They share chunks. */
const modules = {
  'bin/run-program': 'bin/run-program.ts',
  'bin/write-code-cache': 'bin/write-code-cache.ts',
  'bin/pouch-logkeeper': 'bin/pouch-logkeeper.ts',
  'bin/pouch-dns': 'bin/pouch-dns.ts',
  'bin/pouch-plugin-trial': 'bin/pouch-plugin-trial.ts',
  // core/netns starts it as `./worker.js`, relative to the bundle.
  'bin/worker': 'core/netns/worker.ts',
  // plugins/runtime-kata starts it as `./kvm-probe.js`, relative to the bundle.
  'bin/kvm-probe': 'plugins/runtime-kata/kvm/probe.ts',
  'hooks/index': 'hooks/index.ts',
  'client/index': 'client/index.ts',
  'testing/index': 'testing/index.ts',
};

/** Their only `import()`, which a script with a code cache cannot have. */
const nativeImport = { 'bin/native-import': 'core/plugins/load/nativeImport.ts' };

/** CommonJS: Node loads an ES module 8 ms later, and a reload starts many. */
const pluginHost = { 'bin/run-plugin-host': 'bin/run-plugin-host.ts' };

/** Started by bin/run-program.ts with a code cache, which Node has for scripts, not for ES modules. */
const programs = { 'bin/pouchd': 'bin/pouchd.ts', 'bin/pouch-plugin-host': 'bin/pouch-plugin-host.ts' };

/** For hosts without Bun. */
const cli = { 'bin/pouch-main': 'bin/pouch-main.ts' };

/** Of all bundles. */
const sources = [
  ...['bin', 'cli', 'client', 'config', 'core', 'hooks', 'plugins', 'runlxc', 'testing'],
  ...['package-lock.json', 'scripts/build'],
];

/** Packages that load their own files at run time by paths that do not exist in a bundle. */
const external = ['koffi', 'jiti'];

// CommonJS dependencies require() Node's modules.
const banner = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`;

const commonJs: BuildOptions = {
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  banner: { js: `const bundleUrl = require('node:url').pathToFileURL(__filename).href;` },
  define: { 'import.meta.url': 'bundleUrl' },
};

/** Has them require the file with the `import()`. */
const besidePrograms: Plugin = {
  name: 'native-import',
  setup({ onResolve }) {
    onResolve({ filter: /\/nativeImport\.ts$/ }, () => ({ path: './native-import.cjs', external: true }));
  },
};

/**
 * Bundles the daemon and its helpers into dist/, which reduces the start from 0.8 s of CPU, with hundreds of files,
 * to 0.2 s. Unchanged files are not written. Does nothing if all of it is up to date.
 */
export async function bundle(root: string): Promise<void> {
  const stamp = new BuildStamp(join(root, 'dist/.bundle'));
  if (stamp.isNewerThan(sources.map((source) => join(root, source)))) return;
  const files = [
    ...(await compile(root, modules, { splitting: true, chunkNames: 'bin/chunk-[hash]' })),
    ...(await compile(root, programs, { ...commonJs, plugins: [besidePrograms] })),
    ...(await compile(root, { ...nativeImport, ...pluginHost }, commonJs)),
    ...(await compile(root, cli)),
  ];
  files.forEach(replace);
  const written = [...files.map(({ path }) => path), ...(await writeCodeCaches(root))];
  removeOthers(join(root, 'dist'), new Set(written));
  stamp.write(written);
}

async function compile(
  root: string,
  entryPoints: Record<string, string>,
  options: BuildOptions = {},
): Promise<OutputFile[]> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    external,
    outdir: 'dist',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    banner: { js: banner },
    logLevel: 'warning',
    ...options,
  });
  return outputFiles ?? [];
}

/** Replaces the file atomically, as a daemon may be starting. */
function replace({ path, contents }: OutputFile): void {
  if (existsSync(path) && digest(readFileSync(path)) === digest(contents)) return;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Removes chunks of earlier builds, but neither temporary files of a concurrent build nor the types. */
function removeOthers(dist: string, wanted: ReadonlySet<string>): void {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isOther = entry.isFile() && !wanted.has(path) && !path.startsWith(join(dist, 'types'));
    if (isOther && !entry.name.startsWith('.')) rmSync(path, { force: true });
  }
}
