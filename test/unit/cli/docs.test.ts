import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliReference } from '../../../scripts/cliReference.ts';

describe('docs/reference/cli.md', () => {
  it('is up to date with the command tree', async function () {
    // The formatter is slow to load.
    this.timeout(30_000);
    const written = readFileSync(join(import.meta.dirname, '../../../docs/reference/cli.md'), 'utf8');
    assert.equal(written, await cliReference(), 'run scripts/generateCliDocs.ts');
  });
});
