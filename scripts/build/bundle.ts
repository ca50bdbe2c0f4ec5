import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type BuildOptions, type OutputFile } from 'esbuild';

/**
 * What is started or imported by its path. These share chunks, so that `pouch/hooks` is the daemon's own module also for
 * a plugin that Node resolves.
 */
const daemon = {
  'bin/pouchd': 'bin/pouchd.ts',
  'bin/pouch-logkeeper': 'bin/pouch-logkeeper.ts',
  // core/netns starts it as `./worker.js`, seen from the bundle.
  'bin/worker': 'core/netns/worker.ts',
  // plugins/runtime-kata starts it as `./kvm-probe.js`, seen from the bundle.
  'bin/kvm-probe': 'plugins/runtime-kata/kvm/probe.ts',
  'hooks/index': 'hooks/index.ts',
  'client/index': 'client/index.ts',
};

/** For hosts on which Bun cannot compile it. */
const cli = { 'bin/pouch-main': 'bin/pouch-main.ts' };

/** They load files of their own at run time, by paths that a bundle does not have. */
const external = ['koffi', 'jiti'];

// CommonJS dependencies ask for Node's own modules by require.
const banner = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`;

/**
 * Bundles the daemon and what belongs to it into dist/: Node then starts it in a fourth of the time that it takes to load
 * some hundred files (0.2 s of CPU instead of 0.8 s). Files that have not changed are left alone.
 */
export async function bundle(root: string): Promise<void> {
  const files = [
    ...(await compile(root, daemon, { splitting: true, chunkNames: 'bin/chunk-[hash]' })),
    ...(await compile(root, cli)),
  ];
  files.forEach(replace);
  removeOthers(join(root, 'dist'), new Set(files.map(({ path }) => path)));
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

/** By a rename, for a daemon that starts right now reads the old file or the new one. */
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

/** Chunks of earlier builds; not what a build beside this one is about to rename. */
function removeOthers(dist: string, wanted: ReadonlySet<string>): void {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !wanted.has(path) && !entry.name.startsWith('.')) rmSync(path, { force: true });
  }
}
