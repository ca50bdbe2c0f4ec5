import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crunWrapper, writeCrunWrapper } from '../../../../plugins/runtime-runc/crunWrapper.ts';
import { hasHybridCgroups } from '../../../../hooks/hybridCgroups.ts';

describe('crun’s wrapper', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-wrapper-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const hybrid = { hybrid: true, ownNull: false };

  it('is only for root, written atomically, and rewritten only if its content changes', async () => {
    const path = await writeCrunWrapper(join(directory, 'own'), '/usr/bin/crun', hybrid);
    const { mode, ino } = await stat(path);
    assert.equal(mode & 0o7777, 0o700);
    await writeCrunWrapper(join(directory, 'own'), '/usr/bin/crun', hybrid);
    assert.equal((await stat(path)).ino, ino);
    await writeFile(path, 'half');
    await writeCrunWrapper(join(directory, 'own'), '/opt/crun', hybrid);
    assert.equal(await readFile(path, 'utf8'), crunWrapper('/opt/crun', { ...hybrid, nullDevice: '' }));
    assert.deepEqual(await readdir(join(directory, 'own')), ['crun']);
  });

  it('never mounts over the host’s mount, and quotes the path of crun', () => {
    const script = crunWrapper("/opt/it's/crun", { ...hybrid, nullDevice: '' });
    assert.match(
      script,
      /mount --make-slave \/sys\/fs\/cgroup\/unified && mount -t tmpfs .* \/sys\/fs\/cgroup\/unified;/,
    );
    assert.match(script, /'\/opt\/it'\\''s\/crun' "\$@"\n$/);
  });

  it('passes another device for /dev/null to crun, and arguments and other streams unchanged', async () => {
    const crun = join(directory, 'fake');
    await writeFile(crun, '#!/bin/sh\necho "$2" $([ /dev/null -ef /proc/$$/fd/0 ]; echo $?)\n');
    await chmod(crun, 0o755);
    const nullDevice = join(directory, 'null');
    await writeFile(nullDevice, '');
    const path = join(directory, 'crun');
    await writeFile(path, crunWrapper(crun, { hybrid: false, ownNull: true, nullDevice }));
    const run = (stdin: 'ignore' | 'pipe') =>
      execFileSync('sh', [path, 'run', 'a b'], { encoding: 'utf8', stdio: [stdin, 'pipe', 'pipe'] });
    assert.equal(run('ignore'), 'a b 1\n');
    assert.equal(run('pipe'), 'a b 1\n');
    await rm(nullDevice);
    assert.equal(run('ignore'), 'a b 0\n');
  });

  it('begins with the OOM score of the process, not with that of the shim', async () => {
    const crun = join(directory, 'fake');
    await writeFile(crun, '#!/bin/sh\ncat /proc/self/oom_score_adj\n');
    await chmod(crun, 0o755);
    const needs = { hybrid: false, ownNull: false, nullDevice: '' };
    await writeFile(join(directory, 'crun'), crunWrapper(crun, needs));
    const spec = join(directory, 'process.json');
    const process = { args: ['{"oomScoreAdj":900}'], env: ['A="oomScoreAdj":800'] };
    const run = (...args: string[]) =>
      execFileSync('sh', ['-c', 'echo 50 >/proc/self/oom_score_adj; exec sh crun "$@"', 'sh', ...args], {
        cwd: directory,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    assert.equal(run('create', '--bundle', directory, 'id'), '0\n');
    await writeFile(spec, JSON.stringify({ oomScoreAdj: 70, ...process }));
    assert.equal(run('exec', '--process', spec, '--detach', 'id'), '70\n');
    await writeFile(spec, JSON.stringify(process));
    assert.equal(run('exec', '--process', spec, '--detach', 'id'), '0\n');
    assert.equal(run('exec', '--process', '/no/such', 'id'), '0\n');
  });

  it('detects no hybrid cgroups without a v2 hierarchy', async () => {
    assert.equal(hasHybridCgroups(directory), false);
    assert.equal(hasHybridCgroups(join(directory, 'none')), false);
  });
});
