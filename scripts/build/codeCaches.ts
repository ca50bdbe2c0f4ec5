import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Writes the code caches of the bundled programs, with the flags of Node that each runs with. Returns their paths. */
export async function writeCodeCaches(root: string): Promise<string[]> {
  return await Promise.all([cacheDaemon(root), cachePluginHost(root)]);
}

async function cacheDaemon(root: string): Promise<string> {
  const [firstLine = ''] = readFileSync(join(root, 'bin/pouchd'), 'utf8').split('\n');
  const flags = firstLine.match(/--[\w-]+=\d+/g) ?? [];
  const program = join(root, 'dist/bin/pouchd.cjs');
  const writer = [...flags, writerOf(root), program];
  // A start takes 50 ms of CPU less with the functions of an earlier one.
  const hasServed = await serveOnce(process.execPath, writer);
  if (!hasServed)
    await execa(process.execPath, [...writer, '--print-config'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: longestMs,
    });
  return `${program}.cache`;
}

/** The host loads a plugin and sets it up, as pouchd has it do. */
async function cachePluginHost(root: string): Promise<string> {
  const program = join(root, 'dist/bin/pouch-plugin-host.cjs');
  const host = execa(process.execPath, [...hostNodeFlags, writerOf(root), program], {
    cwd: root,
    stdio: ['pipe', 'ignore', 'inherit', 'ignore', 'pipe'],
    timeout: longestMs,
  });
  const module = { path: join(root, 'sample.ts'), code: sample, owners: [process.getuid?.() ?? 0] };
  const requests = [
    { type: 'describe', id: 1, protocol: 1, module },
    { type: 'setup', id: 2, options: { size: 1 }, host: {}, services: {} },
  ];
  for (const request of requests) host.stdin.write(`${JSON.stringify(request)}\n`);
  await replies(host.stdio[4], requests.length);
  host.stdin.end();
  await host;
  return `${program}.cache`;
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

function writerOf(root: string): string {
  return join(root, 'dist/bin/write-code-cache.js');
}
