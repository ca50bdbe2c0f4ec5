import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layerDirectories } from '../../../../core/images/imageReaders.ts';
import { RootfsReader } from '../../../../core/images/rootfsReader.ts';

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

  it('takes each file from the highest layer that has it', () => {
    assert.equal(files.readFile('/etc/both', 10)?.toString(), 'upper');
    assert.equal(files.readFile('etc/low', 10)?.toString(), 'low');
  });

  it('follows links inside, absolute ones from the image’s root', () => {
    assert.deepEqual(files.stat('/sbin/init'), { path: '/usr/sbin/init', kind: 'file', mode: 0o755 });
    assert.equal(files.stat('/sbin/../etc/low'), undefined, 'a ".." after a link is that of its target');
    assert.equal(files.stat('/sbin/../../etc/low')?.kind, 'file');
  });

  const absent = ['/nope', '/loop', '/escape', '/dangling', '/etc/low/below', '/../../../../etc/passwd'];
  for (const path of absent) {
    it(`finds nothing at ${path}`, () => assert.equal(files.stat(path), undefined));
  }

  it('tells directories, and that they are no files to read', () => {
    assert.equal(files.stat('/')?.kind, 'directory');
    assert.equal(files.stat('/etc/')?.path, '/etc');
    assert.equal(files.readFile('/etc', 10), undefined);
  });

  it('refuses to read more than it may', () => {
    assert.throws(() => files.readFile('/etc/both', 3), { code: 'PCH_CONTENT_TOO_LARGE' });
  });

  it('has nothing in an image without layers', () => {
    assert.equal(new RootfsReader([]).stat('/'), undefined);
  });

  it('finds the layers in the mounts of a snapshot, top first', () => {
    const overlay = { type: 'overlay', source: 'overlay', target: '', options: ['ro', 'lowerdir=/b:/a\\:x'] };
    assert.deepEqual(layerDirectories([overlay]), ['/b', '/a:x']);
    assert.deepEqual(layerDirectories([{ type: 'bind', source: '/a', target: '', options: [] }]), ['/a']);
    assert.throws(() => layerDirectories([{ type: 'ext4', source: '/dev/x', target: '', options: [] }]), {
      code: 'PCH_NOT_SUPPORTED',
    });
  });
});
