import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../../..');

/** Node's flags in the first line of a file that names the daemon. */
function flagsIn(file: string, line: RegExp): string[] {
  const found = line.exec(readFileSync(join(project, file), 'utf8'));
  assert.ok(found, `${file} has no line ${String(line)}`);
  return found[0].match(/--[\w-]+=\d+/g) ?? [];
}

describe('the flags of Node for pouchd', () => {
  const own = flagsIn('bin/pouchd', /^#!.*$/m);

  it('limit its heap', () => {
    assert.ok(own.includes('--max-old-space-size=512'), own.join(' '));
  });

  it('are the same in the systemd unit', () => {
    assert.deepEqual(flagsIn('scripts/pouchd.service', /^ExecStart=.*$/m), own);
  });
});
