import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildStamp } from '../../../../scripts/build/BuildStamp.ts';

describe('the stamp of a build', () => {
  let dir = '';
  const at = (name: string) => join(dir, name);
  const isUpToDate = () => new BuildStamp(at('stamp')).isNewerThan([at('source')]);

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'stamp-'));
    writeFileSync(at('source'), '');
    utimesSync(at('source'), 1000, 1000);
    writeFileSync(at('built'), '');
    new BuildStamp(at('stamp')).write([at('built')]);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is newer than what was built from', () => assert.equal(isUpToDate(), true));

  it('is older than a source that changed while the build ran, or later', () => {
    const stamp = new BuildStamp(at('stamp'));
    const later = new Date(Date.now() + 1000);
    utimesSync(at('source'), later, later);
    stamp.write([at('built')]);
    assert.equal(isUpToDate(), false);
  });

  it('does not count without a file of the build', () => {
    rmSync(at('built'));
    assert.equal(isUpToDate(), false);
  });

  it('does not count for another Node', () => {
    writeFileSync(at('stamp'), `v18.0.0\n${at('built')}\n`);
    assert.equal(isUpToDate(), false);
  });

  it('does not count if it does not exist', () => {
    rmSync(at('stamp'));
    assert.equal(isUpToDate(), false);
  });
});
