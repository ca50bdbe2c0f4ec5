import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWithoutUnifiedCgroup } from '../../../../plugins/runtime-runc/withoutUnifiedCgroup.ts';

describe('a runtime that does not see the unified cgroup hierarchy', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-hidden-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is a script that names interpreter and runtime', async () => {
    const script = join(directory, 'crun');
    await writeWithoutUnifiedCgroup({ interpreter: '/lib/without', runtime: '/usr/bin/crun', script });
    assert.equal(await readFile(script, 'utf8'), '#!/lib/without /usr/bin/crun\n');
    assert.equal((await stat(script)).mode & 0o111, 0o111);
  });

  it('cannot be where the kernel would cut the line off or take a part of a path for the whole', async () => {
    const script = join(directory, 'crun');
    for (const interpreter of [`/${'long/'.repeat(60)}without`, '/with blank/without'])
      await assert.rejects(
        writeWithoutUnifiedCgroup({ interpreter, runtime: '/usr/bin/crun', script }),
        /kernel/,
      );
  });
});
