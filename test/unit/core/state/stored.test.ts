import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runWithFewDescriptors } from '../../../support/withoutDescriptors.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const module = resolve(import.meta.dirname, '../../../../core/state/stored.ts');

/** Reads a file while its process has no descriptor left, and again when it has some. */
const script = (path: string) => `
import { Type } from '@sinclair/typebox';
import { readStored } from ${JSON.stringify(module)};
const read = () => readStored(${JSON.stringify(path)}, { version: 1, schema: Type.Object({ a: Type.Number() }) });
await hold();
const refused = await read().catch(({ code }) => code);
free();
console.log(JSON.stringify([refused, await read()]));`;

describe('a stored file', () => {
  const directory = temporaryDirectory();

  it('is not reported as damaged when no descriptor is left, and is read later', () => {
    const path = join(directory.path, 'volume.json');
    writeFileSync(path, '{ "version": 1, "a": 1 }');
    assert.deepEqual(runWithFewDescriptors(script(path)), ['EMFILE', { state: 'sound', value: { a: 1 } }]);
  });
});
