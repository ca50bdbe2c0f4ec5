import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RootfsReader } from '../../../../../core/files/worker/RootfsReader.ts';

describe('reading a root file system without a mount', () => {
  let dir: string;
  let files: RootfsReader;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-rootfs-'));
    for (const path of ['upper/etc', 'lower/etc', 'lower/usr/sbin'])
      await mkdir(join(dir, path), { recursive: true });
    await writeFile(join(dir, 'lower/etc/low'), 'low');
    await writeFile(join(dir, 'lower/etc/both'), 'low');
    await writeFile(join(dir, 'upper/etc/both'), 'upper');
    await writeFile(join(dir, 'lower/usr/sbin/init'), '', { mode: 0o755 });
    const links = {
      sbin: '/usr/sbin',
      loop: 'loop',
      escape: '../../../../../../etc/passwd',
      dangling: '/no/such',
    };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(dir, 'lower', name));
    files = new RootfsReader([join(dir, 'upper'), join(dir, 'lower')]);
  });

  after(() => rm(dir, { recursive: true }));

  const stat = (path: string) => files.find({ path });
  const read = (path: string, maxBytes: number) => files.find({ path, maxBytes })?.content;

  it('reads each file from the highest layer that has it', () => {
    assert.deepEqual(read('/etc/both', 10), { text: 'upper' });
    assert.deepEqual(read('etc/low', 10), { text: 'low' });
  });

  it('follows links inside, absolute ones from the image’s root', () => {
    assert.deepEqual(stat('/sbin/init'), { path: '/usr/sbin/init', kind: 'file', mode: 0o755 });
    assert.equal(stat('/sbin/../etc/low'), undefined, 'a ".." after a link is that of its target');
    assert.equal(stat('/sbin/../../etc/low')?.kind, 'file');
  });

  const absent = ['/nope', '/loop', '/escape', '/dangling', '/etc/low/below', '/../../../../etc/passwd'];
  for (const path of absent) {
    it(`finds nothing at ${path}`, () => assert.equal(stat(path), undefined));
  }

  it('recognizes directories, and does not read them', () => {
    assert.equal(stat('/')?.kind, 'directory');
    assert.equal(stat('/etc/')?.path, '/etc');
    assert.equal(read('/etc', 10), undefined);
  });

  it('rejects a file above the limit', () => {
    assert.deepEqual(read('/etc/both', 3), { tooLarge: 5 });
  });

  it('finds no file in an image without layers', () => {
    assert.equal(new RootfsReader([]).find({ path: '/' }), undefined);
  });
});
