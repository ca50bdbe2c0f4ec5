import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { packRuncOptions } from '../../core/containerd/index.ts';
import { writeCrunWrapper } from '../../plugins/runtime-runc/crunWrapper.ts';
import { hasHybridCgroups } from '../../hooks/hybridCgroups.ts';
import { busyboxSpec } from './support/busybox.ts';
import { skip } from '../support/skip.ts';
import { TestContainerd } from './support/TestContainerd.ts';

const unified = '/sys/fs/cgroup/unified';

/** A shell on a host of its own whose mounts are all shared, as systemd has them. */
const onSharedHost = (script: string, ...args: string[]) =>
  execa('unshare', ['--mount', '--propagation', 'shared', 'sh', '-c', script, ...args], { timeout: 10_000 });

describe('crun on a host with hybrid cgroups', function () {
  this.timeout(60_000);
  let directory: string;

  before(async function () {
    if (!hasHybridCgroups()) return skip(this, 'the host has no hybrid cgroups');
    directory = await mkdtemp(join(tmpdir(), 'pouch-hybrid-'));
  });
  after(() => directory && rm(directory, { recursive: true }));

  async function hidden(runtime: string): Promise<string> {
    return await writeCrunWrapper(join(directory, encodeURIComponent(runtime)), runtime, {
      hybrid: true,
      ownNull: false,
    });
  }

  it('gets its arguments and its name as they are, and does not see the v2 hierarchy', async () => {
    const script = await hidden('/bin/sh');
    const { stdout } = await execa(script, [
      '-c',
      `ls ${unified} | wc -l; printf '[%s]' "$@"`,
      'zeroth',
      'a b',
      '',
    ]);
    assert.equal(stdout, '0\n[a b][]');
  });

  it('leaves the host its v2 hierarchy, also if the host’s mounts are shared', async () => {
    const script = await hidden('/bin/sh');
    const { stdout } = await onSharedHost('"$0" -c true; cat /proc/self/mountinfo', script);
    assert.match(stdout, new RegExp(` ${unified} `));
    assert.ok(readdirSync(unified).length > 0);
  });

  it('removes everything that a runtime creates there', async () => {
    const script = await hidden('/bin/sh');
    const below = `umount ${unified} && ls ${unified}`;
    const before = await execa('unshare', ['--mount', 'sh', '-c', below]);
    await execa(script, ['-c', `mkdir ${unified}/${Math.random()}`]);
    assert.equal((await execa('unshare', ['--mount', 'sh', '-c', below])).stdout, before.stdout);
  });

  it('shares all other mounts with the host, so that what is mounted there reaches it', async () => {
    const script = await hidden('/bin/sh');
    const mounts =
      'mount -t tmpfs tmpfs "$1" && mkdir "$1/in" && "$0" -c \'mount -t tmpfs tmpfs "$0/in"\' "$1"';
    const shared = join(directory, 'shared');
    mkdirSync(shared);
    const { stdout } = await onSharedHost(`${mounts} && cat /proc/self/mountinfo`, script, shared);
    assert.match(stdout, new RegExp(` ${shared}/in `));
  });

  it('says which runtime it cannot execute', async () => {
    const { exitCode, stderr } = await execa(await hidden('/no/such/crun'), [], { reject: false });
    assert.equal(exitCode, 127);
    assert.match(stderr, /\/no\/such\/crun: not found/);
  });

  it('runs a container’s whole life under containerd', async () => {
    const binaryName = await hidden('/usr/bin/crun');
    const test = await TestContainerd.start();
    try {
      const { tasks, containers } = test.client;
      const options = packRuncOptions({ root: join(test.dir, 'crun'), binaryName });
      const spec = busyboxSpec(['/bin/sleep', '1000'], `${test.cgroup}/one`);
      await containers.create({ id: 'one', runtime: { name: 'io.containerd.runc.v2', options }, spec });
      const pid = await tasks.create(test.taskOf('one'));
      await tasks.start('one');
      assert.match(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), new RegExp(`:pids:${test.cgroup}/one$`, 'm'));
      const process = { args: ['/bin/true'], cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 } };
      await tasks.exec({ containerId: 'one', execId: 'two', process });
      await tasks.start('one', 'two');
      assert.equal((await tasks.wait('one', 'two', { deadlineMs: 10_000 })).exitStatus, 0);
      await tasks.deleteProcess('one', 'two');
      await tasks.pause('one');
      await tasks.resume('one');
      await tasks.kill('one', 9);
      assert.equal((await tasks.wait('one', '', { deadlineMs: 10_000 })).exitStatus, 137);
      await tasks.delete('one');
      assert.ok(!existsSync(join('/sys/fs/cgroup/pids', test.cgroup, 'one')));
    } finally {
      await test.remove();
    }
  });
});
