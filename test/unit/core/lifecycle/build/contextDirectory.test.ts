import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContextFile } from '../../../../../core/lifecycle/build/contextDirectory.ts';

describe('a Dockerfile in a context', () => {
  let directory: string;
  let context: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-unit-context-'));
    context = join(directory, 'context');
    await mkdir(join(context, 'sub'), { recursive: true });
    await writeFile(join(directory, 'outside'), 'FROM outside');
    await writeFile(join(context, 'sub/File'), 'FROM inside');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is read, also by a link', async () => {
    await symlink('sub/File', join(context, 'Dockerfile'));
    assert.equal(await readContextFile(context, 'sub/File'), 'FROM inside');
    assert.equal(await readContextFile(context, 'Dockerfile'), 'FROM inside');
    assert.equal(await readContextFile(context, 'nosuch'), undefined);
  });

  it('is not read outside of it', async () => {
    await symlink('../outside', join(context, 'Dockerfile'));
    await symlink(directory, join(context, 'up'));
    for (const path of ['Dockerfile', '../outside', 'up/outside', '..'])
      await assert.rejects(readContextFile(context, path), /is outside of the build context/, path);
  });

  it('must be a file of a reasonable size', async () => {
    execFileSync('mkfifo', [join(context, 'fifo')]);
    await writeFile(join(context, 'large'), Buffer.alloc((1 << 20) + 1));
    await assert.rejects(readContextFile(context, 'fifo'), /is not a file/);
    await assert.rejects(readContextFile(context, 'sub'), /is not a file/);
    await assert.rejects(readContextFile(context, 'large'), /is larger than/);
  });
});
