import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  hasHybridCgroups,
  hybridWrapper,
  writeHybridWrapper,
} from '../../../../plugins/runtime-runc/hybridCgroups.ts';

describe('runtime-runc on a host with hybrid cgroups', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-hybrid-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('sees no hybrid cgroups where there is no v2 hierarchy', async () => {
    assert.equal(await hasHybridCgroups(directory), false);
    assert.equal(await hasHybridCgroups(join(directory, 'none')), false);
  });

  it('writes the wrapper for root alone, whole, and again only when it is another', async () => {
    const path = join(directory, 'state', 'crun-hybrid');
    await writeHybridWrapper(path, '/usr/bin/crun');
    const { mode, ino } = await stat(path);
    assert.equal(mode & 0o7777, 0o700);
    await writeHybridWrapper(path, '/usr/bin/crun');
    assert.equal((await stat(path)).ino, ino);
    await writeFile(path, 'half');
    await writeHybridWrapper(path, '/opt/crun');
    assert.equal(await readFile(path, 'utf8'), hybridWrapper('/opt/crun'));
    assert.deepEqual(await readdir(join(directory, 'state')), ['crun-hybrid']);
  });

  it('never umounts where the mount is still the host’s, and quotes the path of the runtime', () => {
    const script = hybridWrapper("/opt/it's/crun");
    assert.match(script, /mount --make-slave \/sys\/fs\/cgroup && umount -l \/sys\/fs\/cgroup\/unified;/);
    assert.match(script, /'\/opt\/it'\\''s\/crun' "\$@"\n$/);
  });
});
