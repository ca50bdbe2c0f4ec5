import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';

const example = resolve(import.meta.dirname, '../../../examples/nfs-home');

/** `nobody` of Debian. */
const unprivileged = 65_534;

describe('examples/nfs-home', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pouch-nfs-home-'));
    await cp(example, folder, { recursive: true });
    await chmod(folder, 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('passes its own tests, without root', async () => {
    const user = process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : {};
    await execa(join(folder, 'nfs-home_test.py'), { ...user, cwd: '/' });
  });
});
