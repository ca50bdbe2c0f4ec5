import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PluginEntry } from '../../../../config/types.ts';
import { checkPlugin } from '../../../../core/plugins/index.ts';
import { entry, plugin } from './support/load.ts';

describe('the check of one plugin', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'check-plugin-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function write(file: string, text: string): Promise<string> {
    const path = join(dir, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode: 0o644 });
    return path;
  }

  /** Into this process: one of their own needs root. */
  const files = [
    'sound.mjs',
    'bad.mjs',
    'bad/fixed.mjs',
    'one/lib/main.mjs',
    'two/sound.mjs',
    'three/three.mjs',
  ];
  const check = (path: string, entries?: PluginEntry[]) =>
    checkPlugin(path, {
      builtIns: [plugin('built-in', () => {})],
      entries: entries ?? files.map((file) => entry({ path: join(dir, file) })),
    });

  const sound = `export default {
    name: 'sound', version: '1.2.0', doc: 'Does nothing.', hooks: ['container.preCreate'], setup() { throw new Error('called'); },
  };`;

  it('finds what its manifest says, and does not set it up', async () => {
    const path = await write('sound.mjs', sound);
    assert.deepEqual(await check(path), {
      name: 'sound',
      path,
      version: '1.2.0',
      doc: 'Does nothing.',
      hooks: ['container.preCreate'],
    });
  });

  it('finds the file of a folder: `main`, or the name of the package or of the folder', async () => {
    const main = await write('one/lib/main.mjs', sound);
    await write('one/package.json', '{"name": "@corp/one", "main": "./lib/main.mjs"}');
    assert.equal((await check(join(dir, 'one'))).path, main);
    const named = await write('two/sound.mjs', sound);
    await write('two/package.json', '{"name": "@corp/sound"}');
    assert.equal((await check(join(dir, 'two'))).path, named);
    const bare = await write('three/three.mjs', sound);
    assert.equal((await check(join(dir, 'three'))).path, bare);
  });

  const broken: [string, string, string, RegExp][] = [
    ['a syntax error', 'bad.mjs', 'export default {', /bad\.mjs cannot be loaded/],
    ['a wrong manifest', 'bad.mjs', 'export default { name: "B" };', /is not a valid plugin/],
    ['a name that is taken', 'bad.mjs', 'export default { name: "built-in", setup() {} };', /belongs to/],
    ['a `main` outside', 'bad/package.json', '{"main": "../x.js"}', /outside of the folder/],
    ['a folder without plugin', 'bad/README.md', '', /has no plugin: expected `main`/],
  ];
  for (const [what, file, text, message] of broken)
    it(`reports ${what}, and nothing once it is fixed`, async () => {
      const path = await write(file, text);
      const given = file.includes('/') ? dirname(path) : path;
      assert.match((await check(given)).problem?.message ?? '', message);
      await write(file, file.endsWith('.mjs') ? sound : '{"main": "fixed.mjs"}');
      if (!file.endsWith('.mjs')) await write('bad/package.json', '{"main": "fixed.mjs"}');
      await write('bad/fixed.mjs', sound);
      assert.equal((await check(given)).problem, undefined);
    });

  it('checks the options of an entry for the file, also of a disabled one', async () => {
    const path = await write('sound.mjs', sound);
    const found = await check(path, [
      entry({ name: 'built-in' }),
      entry({ path, enabled: false, options: { surprise: 1 } }),
    ]);
    assert.equal(found.problem?.code, 'PCH_PLUGIN_OPTIONS');
    assert.equal((await check(path, [entry({ path })])).problem, undefined);
  });

  it('reports a path that does not exist', async () => {
    const path = join(dir, 'nosuch.ts');
    const { name, problem } = await check(path);
    assert.equal(name, 'nosuch');
    assert.match(problem?.message ?? '', /nosuch\.ts cannot be read: ENOENT/);
  });
});
