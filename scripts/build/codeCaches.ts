import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { hostNodeFlags } from '../../core/plugins/process/launch.ts';
import { serveOnce } from './serveOnce.ts';

/** Milliseconds for a run. */
const longestMs = 60_000;

/** A plugin with what most plugins have, so that the functions for it are in the cache. */
const sample = `import { definePlugin, Type } from 'pouch/hooks';
export default definePlugin({
  name: 'sample',
  options: Type.Object({ size: Type.Integer({ default: 1 }) }),
  setup({ hooks, options: { size } }: never) {
    hooks.container.preCreate.tap(({ labels }) => void (labels['size'] = String(size)));
  },
});`;

const [daemon, pluginHost] = ['pouchd.cjs', 'pouch-plugin-host.cjs'] as const;

/** The same on every host. */
const example = resolve(import.meta.dirname, '../../config/pouchd.example.yaml');

/** Which Node the caches are for, and how they are made. */
interface CacheOptions {
  /** Path of its executable. */
  node: string;
  /** Whether the same files give the same caches, which are smaller then: without the functions of a served request. */
  isReproducible: boolean;
}

const ofThisNode: CacheOptions = { node: process.execPath, isReproducible: false };

/** V8 accepts a cache that was written with it for a process without it. */
const predictable = '--predictable';

/** The directory of the process: a cache contains the path of its program, which must not name where it was built. */
const here = '/proc/self/cwd';

/** Writes the code caches of the bundled programs, with the flags of Node that each runs with. Returns their paths. */
export async function writeCodeCaches(root: string, options = ofThisNode): Promise<string[]> {
  return await Promise.all([cacheDaemon(root, options), cachePluginHost(root, options)]);
}

async function cacheDaemon(root: string, options: CacheOptions): Promise<string> {
  const [firstLine = ''] = readFileSync(join(root, 'bin/pouchd'), 'utf8').split('\n');
  const flags = firstLine.match(/--[\w-]+=\d+/g) ?? [];
  // A start takes 50 ms of CPU less with the functions of an earlier one.
  const hasServed =
    !options.isReproducible && (await serveOnce(options.node, writerOf(root, daemon, flags, options)));
  if (!hasServed)
    await execa(
      options.node,
      [...writerOf(here, daemon, flags, options), '--print-config', '--config', example],
      {
        ...surroundings(root, options),
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  return cacheOf(root, daemon);
}

/** The host loads a plugin and sets it up, as pouchd has it do. */
async function cachePluginHost(root: string, options: CacheOptions): Promise<string> {
  const host = execa(options.node, writerOf(here, pluginHost, hostNodeFlags, options), {
    ...surroundings(root, options),
    stdio: ['pipe', 'ignore', 'inherit', 'ignore', 'pipe'],
  });
  const module = { path: join(here, 'sample.ts'), code: sample, owners: [process.getuid?.() ?? 0] };
  const requests = [
    { type: 'describe', id: 1, protocol: 1, module },
    { type: 'setup', id: 2, options: { size: 1 }, host: {}, services: {} },
  ];
  for (const request of requests) host.stdin.write(`${JSON.stringify(request)}\n`);
  await replies(host.stdio[4], requests.length);
  host.stdin.end();
  await host;
  return cacheOf(root, pluginHost);
}

/** @throws Error with the reply that has an error */
async function replies(messages: Readable, count: number): Promise<void> {
  let text = '';
  await new Promise<void>((done, reject) => {
    messages.once('end', () => reject(new Error('the host of plugins ended without a reply')));
    messages.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').length > count) done();
    });
  });
  if (text.includes('"error"')) throw new Error(`the host of plugins cannot load the sample: ${text}`);
}

/** The command that runs a program of a directory and writes its cache, without arguments of the program. */
function writerOf(
  directory: string,
  program: string,
  flags: readonly string[],
  { isReproducible }: CacheOptions,
): string[] {
  const files = ['write-code-cache.js', program].map((name) => join(directory, 'dist/bin', name));
  return [...flags, ...(isReproducible ? [predictable] : []), ...files];
}

/** Variables of the environment change a cache, too. */
function surroundings(root: string, { isReproducible }: CacheOptions) {
  return { cwd: root, timeout: longestMs, ...(isReproducible && { env: {}, extendEnv: false }) };
}

function cacheOf(root: string, program: string): string {
  return join(root, 'dist/bin', `${program}.cache`);
}
