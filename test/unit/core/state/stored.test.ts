import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const module = resolve(import.meta.dirname, '../../../../core/state/stored.ts');

/** Reads a file while its process has no descriptor left, and again when it has some. */
const script = (path: string) => `
import { closeSync, openSync } from 'node:fs';
import { Type } from '@sinclair/typebox';
import { readStored } from ${JSON.stringify(module)};
const read = () => readStored(${JSON.stringify(path)}, { version: 1, schema: Type.Object({ a: Type.Number() }) });
const held = [];
try { for (;;) held.push(openSync('/dev/null')); } catch {}
const refused = await read().catch(({ code }) => code);
held.forEach((file) => closeSync(file));
console.log(JSON.stringify([refused, await read()]));`;

describe('a stored file', () => {
  const directory = temporaryDirectory();

  it('is not called damaged because no descriptor is left, and is read once there are some', () => {
    const path = join(directory.path, 'volume.json');
    writeFileSync(path, '{ "version": 1, "a": 1 }');
    const run = `ulimit -n 200; exec "$0" --import tsx --input-type=module -e "$1"`;
    const printed = execFileSync('sh', ['-c', run, process.execPath, script(path)], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(printed), ['EMFILE', { state: 'sound', value: { a: 1 } }]);
  });
});
