import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheOf, readCache, sealed } from '../../../../bin/code-cache/cacheFile.ts';
import { compile, run } from '../../../../bin/code-cache/program.ts';

const source = (word: string) =>
  `exports.greet = () => '${word}';\nexports.read = require('node:fs').readFileSync;\nexports.directory = __dirname;\n`;

describe('a program with a code cache', () => {
  let dir = '';
  let program = '';
  let fresh: Buffer;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'code-cache-'));
    program = join(dir, 'program.cjs');
    await writeFile(program, source('hello'));
    await execa('node', ['--import', 'tsx', 'bin/write-code-cache.ts', program]);
    fresh = await readFile(cacheOf(program));
  });
  beforeEach(async () => {
    await writeFile(program, source('hello'));
    await writeFile(cacheOf(program), fresh);
  });
  after(() => rm(dir, { recursive: true }));

  interface Exports {
    greet(): string;
    directory: string;
    read(path: string): Buffer;
  }

  /** As bin/run-program.ts does. */
  async function start(): Promise<Exports & { isCached: boolean }> {
    const bytes = await readFile(program);
    const cache = readCache(program, bytes);
    const script = compile(program, bytes, cache);
    const isCached = cache !== undefined && script.cachedDataRejected === false;
    return { ...(run(program, script) as Exports), isCached };
  }

  it('runs with it, as Node would run it', async () => {
    const { greet, directory, read, isCached } = await start();
    assert.deepEqual([greet(), directory, isCached], ['hello', dir, true]);
    assert.equal(read(program).toString(), source('hello'));
  });

  for (const [what, change] of [
    [
      'a flipped bit',
      (cache: Buffer) => Buffer.from(cache.map((byte, at) => (at === 200 ? byte ^ 1 : byte))),
    ],
    ['a truncated cache', (cache: Buffer) => cache.subarray(0, cache.length / 2)],
    ['an empty cache', () => Buffer.alloc(0)],
    ['another file', () => Buffer.from('{}')],
  ] as const)
    it(`runs without it: ${what}`, async () => {
      await writeFile(cacheOf(program), change(fresh));
      const { greet, isCached } = await start();
      assert.deepEqual([greet(), isCached], ['hello', false]);
    });

  it('runs its new code, although V8 accepts the cache of an old source of the same length', async () => {
    await writeFile(program, source('howdy'));
    const { greet, isCached } = await start();
    assert.deepEqual([greet(), isCached], ['howdy', false]);
  });

  it('runs without the cache of another V8, which V8 rejects', async () => {
    const data = readCache(program, await readFile(program))!;
    data.writeUInt32LE((data.readUInt32LE(4) ^ 1) >>> 0, 4);
    // V8 would take a source that it has compiled in this process from memory.
    const other = Buffer.from(source('aloha'));
    await writeFile(program, other);
    await writeFile(cacheOf(program), sealed(other, data));
    const { greet, isCached } = await start();
    assert.deepEqual([greet(), isCached], ['aloha', false]);
  });

  it('runs without one', async () => {
    await rm(cacheOf(program));
    const { greet, isCached } = await start();
    assert.deepEqual([greet(), isCached], ['hello', false]);
  });
});
