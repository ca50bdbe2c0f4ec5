import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findContainerd, searchPath } from '../../../../../core/containerd/daemon/executable.ts';

describe('the containerd executable', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-exe-'));
    await writeFile(join(dir, 'containerd'), '');
    await chmod(join(dir, 'containerd'), 0o755);
    await writeFile(join(dir, 'plain'), '', { mode: 0o644 });
  });
  after(() => rm(dir, { recursive: true }));

  it('is the configured one, else the first in the path', () => {
    assert.equal(findContainerd(join(dir, 'containerd'), '/none'), join(dir, 'containerd'));
    assert.equal(findContainerd(undefined, `/none:${dir}`), join(dir, 'containerd'));
  });

  it('that is missing or not executable is named, with how to install it', () => {
    for (const path of ['missing', 'plain'].map((name) => join(dir, name))) {
      assert.throws(() => findContainerd(path), {
        code: 'PCH_CONTAINERD_MISSING',
        message: new RegExp(path),
        hint: /apt-get install containerd/,
      });
    }
    assert.throws(() => findContainerd(undefined, '/none'), {
      code: 'PCH_CONTAINERD_MISSING',
      message: /\/none\/containerd/,
    });
  });

  it('is searched for, as its shims and runc are, in the sbin directories too and in no relative one', () => {
    const path = searchPath('relative::/opt/bin:/usr/bin').split(':');
    assert.equal(path[0], '/opt/bin');
    assert.ok(path.includes('/usr/sbin'));
    assert.equal(new Set(path).size, path.length);
  });
});
