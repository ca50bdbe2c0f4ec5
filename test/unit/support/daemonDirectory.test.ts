import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derivedNames } from '../../../config/derive.ts';
import { makeDaemonDirectory, stateIn } from '../../support/daemonDirectory.ts';

/** So many that two of them clash in 15 of 16 runs without a look at the others. */
const daemons = 300;

describe('the directories of daemons', function () {
  this.timeout(30_000);
  this.slow(10_000);

  it('no two have the same bridge or subnet', async () => {
    const parents = [await mkdtemp(join(tmpdir(), 'daemons-')), await mkdtemp(join(tmpdir(), 'daemons-'))];
    try {
      const names = [];
      // Each run of tests has a temporary directory of its own.
      for (let i = 0; i < daemons; i++)
        names.push(derivedNames(stateIn(await makeDaemonDirectory(parents[i % 2]))));
      for (const path of ['network.bridge', 'network.subnet'])
        assert.equal(new Set(names.map((of) => of[path])).size, daemons, path);
    } finally {
      for (const parent of parents) await rm(parent, { recursive: true });
    }
  });
});
