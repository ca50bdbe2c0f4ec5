import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { installationOf } from '../../../cli/installation.ts';

const project = resolve(import.meta.dirname, '../../..');

describe('the installation of a program', () => {
  it('is found by its part', async () => {
    for (const part of ['testing', 'daemon'] as const)
      assert.equal(await installationOf(join(project, 'bin/pouchd'), part), project);
  });

  it('is missing for a program of another, and for one that is not on the disk', async () => {
    for (const program of [process.execPath, '/nosuch/pouch'])
      assert.equal(await installationOf(program, 'testing'), undefined);
  });
});
