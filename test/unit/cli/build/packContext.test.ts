import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { readExcludes } from '../../../../cli/build/excludes.ts';
import { packContext } from '../../../../cli/build/packContext.ts';

describe('the context of pouch build', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-unit-build-'));
    for (const path of ['src/deep', 'node_modules/a'])
      await mkdir(join(directory, path), { recursive: true });
    for (const path of ['Dockerfile', 'a.log', 'src/b.log', 'src/deep/c.txt', 'node_modules/a/d', 'keep.log'])
      await writeFile(join(directory, path), path);
    await symlink('/etc/passwd', join(directory, 'link'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function packed(
    ignored: string | undefined,
    extra?: { name: string; text: string },
  ): Promise<string[]> {
    if (ignored !== undefined) await writeFile(join(directory, '.dockerignore'), ignored);
    const excludes = await readExcludes(directory, extra?.name ?? 'Dockerfile');
    const tar = await buffer(packContext(directory, excludes, extra));
    return execFileSync('tar', ['-t'], { input: tar, encoding: 'utf8' }).trim().split('\n').sort();
  }

  it('is the directory, with links as they are', async () => {
    const names = await packed(undefined);
    assert.deepEqual(
      names,
      [
        'Dockerfile',
        'a.log',
        'keep.log',
        'link',
        'node_modules',
        'node_modules/a',
        'node_modules/a/d',
        'src',
        'src/b.log',
        'src/deep',
        'src/deep/c.txt',
      ].sort(),
    );
  });

  it('lacks what .dockerignore lists', async () => {
    const names = await packed('# comment\nnode_modules\n**/*.log\n!keep.log\n');
    assert.deepEqual(names, [
      '.dockerignore',
      'Dockerfile',
      'keep.log',
      'link',
      'src',
      'src/deep',
      'src/deep/c.txt',
    ]);
  });

  it('has the Dockerfile and .dockerignore in any case', async () => {
    assert.deepEqual(await packed('*'), ['.dockerignore', 'Dockerfile']);
  });

  it('has exceptions below directories that are left out', async () => {
    assert.deepEqual(await packed('*\n!src/deep/c.txt'), ['.dockerignore', 'Dockerfile', 'src/deep/c.txt']);
  });

  it('gets a Dockerfile from elsewhere, which .dockerignore keeps out of images', async () => {
    await rm(join(directory, 'Dockerfile'));
    const extra = { name: '.dockerfile.x', text: 'FROM a' };
    const names = await packed('*.log\nnode_modules\nsrc\nlink', extra);
    assert.deepEqual(names, ['.dockerfile.x', '.dockerignore']);
    const excludes = await readExcludes(directory, extra.name);
    const tar = await buffer(packContext(directory, excludes, extra));
    const text = execFileSync('tar', ['-xO', '.dockerignore'], { input: tar, encoding: 'utf8' });
    assert.equal(text, '*.log\nnode_modules\nsrc\nlink\n.dockerfile.x\n');
  });
});
