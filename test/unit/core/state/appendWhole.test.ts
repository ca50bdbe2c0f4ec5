import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const module = resolve(import.meta.dirname, '../../../../core/state/appendWhole.ts');

/** Appends a text in a process whose files may have 512 bytes; prints the error's code, or nothing. */
const script = (path: string, text: string) => `
import { openSync } from 'node:fs';
import { appendWhole } from ${JSON.stringify(module)};
try { appendWhole(openSync(${JSON.stringify(path)}, 'a'), ${JSON.stringify(text)}); }
catch (error) { console.log(error.code); }`;

describe('appendWhole', () => {
  const directory = temporaryDirectory();

  function append(path: string, text: string): string {
    const run = `trap '' XFSZ; ulimit -f 1; exec "$0" --import tsx --input-type=module -e "$1"`;
    return execFileSync('sh', ['-c', run, process.execPath, script(path, text)], { encoding: 'utf8' }).trim();
  }

  it('appends no part of a text that does not fit, and the next one that does', () => {
    const path = join(directory.path, 'file');
    writeFileSync(path, 'first\n');
    assert.equal(append(path, `${'x'.repeat(600)}\n`), 'EFBIG');
    assert.equal(readFileSync(path, 'utf8'), 'first\n');
    assert.equal(append(path, 'second\n'), '');
    assert.equal(readFileSync(path, 'utf8'), 'first\nsecond\n');
  });
});
