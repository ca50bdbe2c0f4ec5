import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { cgroupsBelow, hierarchies, removeCgroup } from '../support/host/cgroups.ts';
import { oldKernel } from './support/oldKernel.ts';
import { RunlxcBed } from './support/RunlxcBed.ts';

describe('runlxc', () => {
  let bed: RunlxcBed;

  before(async () => {
    bed = await RunlxcBed.make();
  });

  after(async () => {
    await bed.remove();
  });

  /** After a failure the same container can be made, run and removed. */
  async function worksAgain(id: string): Promise<void> {
    const { exitCode, stderr } = await bed.call('run', '--bundle', await bed.bundle(id, ['true']), id);
    equal(exitCode, 0, stderr);
    deepEqual(bed.leftovers(id), []);
  }

  describe('killed in a create', () => {
    const moments = ['state.json', 'config.json', 'lxc.conf', 'monitor.plan', 'go', 'report', 'lxc.log'];
    for (const file of moments)
      it(`when ${file} has just been written, leaves what delete --force removes`, async () => {
        const id = `kill-${file.replace('.', '-')}`;
        const creating = bed.begin('create', '--bundle', await bed.bundle(id, ['sleep', '100']), id);
        await bed.untilFile(id, file);
        creating.kill('SIGKILL');
        await once(creating, 'exit');
        const { exitCode, stderr } = await bed.call('delete', '--force', id);
        equal(exitCode, 0, stderr);
        deepEqual(bed.leftovers(id), []);
        await worksAgain(id);
      });

    it('while a hook runs, is reported as stopped, and can be deleted', async () => {
      const id = 'kill-hook';
      const started = join(bed.dir, 'hook-started');
      const hook = {
        path: '/bin/sh',
        args: ['sh', '-c', `: > ${started}; while [ -e ${started} ]; do sleep 0.05; done`],
      };
      const bundle = await bed.bundle(id, ['true'], (spec) => {
        spec.hooks = { createRuntime: [hook] };
      });
      const creating = bed.begin('create', '--bundle', bundle, id);
      ok(await waitUntil(() => existsSync(started), { withinMs: 30_000 }));
      equal((await bed.state(id)).status, 'creating');
      creating.kill('SIGKILL');
      await once(creating, 'exit');
      equal((await bed.state(id)).status, 'stopped');
      const { exitCode, stderr } = await bed.call('delete', id);
      equal(exitCode, 0, stderr);
      deepEqual(bed.leftovers(id), []);
      await rm(started);
      await worksAgain(id);
    });
  });

  it('a monitor that is killed takes its container with it, which is reported as stopped', async () => {
    const id = 'monitor';
    await bed.create(id, await bed.bundle(id, ['sleep', '100']));
    equal((await bed.call('start', id)).exitCode, 0);
    const { pid } = await bed.state(id);
    process.kill(await bed.monitorOf(id), 'SIGKILL');
    await bed.until(id, 'stopped');
    ok(await waitUntil(() => !existsSync(`/proc/${pid}/root/bin`), { withinMs: 30_000 }));
    equal((await bed.call('delete', id)).exitCode, 0);
    deepEqual(bed.leftovers(id), []);
    await worksAgain(id);
  });

  it('an init that is killed before the start cannot be started', async () => {
    const id = 'init';
    await bed.create(id, await bed.bundle(id, ['sleep', '100']));
    process.kill((await bed.state(id)).pid, 'SIGKILL');
    await bed.until(id, 'stopped');
    match((await bed.call('start', id)).stderr, /cannot start a container that has stopped/);
    equal((await bed.call('delete', id)).exitCode, 0);
    await worksAgain(id);
  });

  it('another process with the pid of an init that has ended is not taken for it', async () => {
    const id = 'reuse';
    await bed.create(id, await bed.bundle(id, ['sleep', '100']));
    const file = join(bed.root, id, 'state.json');
    const state = JSON.parse(await readFile(file, 'utf8')) as { init: { pid: number; start: string } };
    const { pid } = state.init;
    await writeFile(file, JSON.stringify({ ...state, init: { pid: process.pid, start: '1' } }));
    equal((await bed.state(id)).status, 'stopped');
    match((await bed.call('kill', id, 'KILL')).stderr, /container not running/);
    equal((await bed.call('delete', '--force', id)).exitCode, 0);
    equal(existsSync(`/proc/${pid}/root/bin`), false);
    deepEqual(bed.leftovers(id), []);
  });

  it('the monitor ends as the container does, also by a signal', async () => {
    const id = 'signal';
    const running = bed.begin('run', '--bundle', await bed.bundle(id, ['sleep', '100']), id);
    await bed.untilFile(id, 'state.json');
    await bed.until(id, 'running');
    const ended = once(running, 'exit');
    equal((await bed.call('kill', id, 'KILL')).exitCode, 0);
    deepEqual(await ended, [137, null]);
    deepEqual(bed.leftovers(id), []);
  });

  it('a container that reboots ends with 129 and is not started again', async () => {
    const id = 'reboot';
    const boots = { bounding: ['CAP_SYS_BOOT'], effective: ['CAP_SYS_BOOT'], permitted: ['CAP_SYS_BOOT'] };
    const bundle = await bed.bundle(id, ['/bin/busybox', 'reboot', '-f'], ({ process }) => {
      process.capabilities = boots;
    });
    equal((await bed.call('run', '--bundle', bundle, id)).exitCode, 129);
    deepEqual(bed.leftovers(id), []);
  });

  it('a monitor needs no more than 3 MB, and holds none of the container’s streams', async () => {
    const id = 'slim';
    await bed.create(id, await bed.bundle(id, ['sleep', '100']));
    equal((await bed.call('start', id)).exitCode, 0);
    const monitor = await bed.monitorOf(id);
    const resident = Number(
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${monitor}/status`, 'utf8'))?.[1],
    );
    ok(resident <= 3 * 1024, `${resident} KiB`);
    const { stdout } = await execa('readlink', [`/proc/${monitor}/fd/0`, `/proc/${monitor}/fd/1`]);
    equal(stdout, '/dev/null\n/dev/null');
    equal((await bed.call('delete', '--force', id)).exitCode, 0);
  });

  it('the propagation of the host’s mounts stays as it is', async () => {
    const shared = join(bed.dir, 'shared');
    await execa('mkdir', [shared]);
    await execa('mount', ['-t', 'tmpfs', 'runlxc-test', shared]);
    try {
      await execa('mount', ['--make-shared', shared]);
      equal((await bed.call('run', '--bundle', await bed.bundle('mounts', ['true']), 'mounts')).exitCode, 0);
      match(await readFile('/proc/self/mountinfo', 'utf8'), new RegExp(`${shared} .*shared:`));
    } finally {
      await execa('umount', [shared]);
    }
  });

  it('a parent cgroup of three levels that others created has the container, and stays as it was', async () => {
    const others = `pouch-${basename(bed.dir)}-others`;
    const parent = `${others}/burstable/pod`;
    for (const hierarchy of hierarchies()) mkdirSync(join(hierarchy, parent), { recursive: true });
    try {
      const before = cgroupsBelow(others);
      for (const id of ['nested', 'nested-again']) {
        const bundle = await bed.bundle(id, ['cat', '/proc/self/cgroup'], (spec) => {
          spec.linux.cgroupsPath = `/${parent}/${id}`;
        });
        const { stdout, stderr } = await bed.call('run', '--bundle', bundle, id);
        match(stdout, new RegExp(`/${parent}/${id}/payload$`, 'm'), stderr);
        deepEqual(cgroupsBelow(others), before);
      }
    } finally {
      await removeCgroup(others);
    }
  });

  it('a kernel of 4.19’s calls runs containers with bind mounts', async () => {
    const data = join(bed.dir, 'data');
    await execa('mkdir', [data]);
    await writeFile(join(data, 'file'), '');
    const script = 'ls /mnt; echo > /mnt/file';
    const bundle = await bed.bundle('old', ['sh', '-c', script], ({ mounts }) => {
      mounts.push({ destination: '/mnt', type: 'bind', source: data, options: ['bind', 'ro', 'nosuid'] });
    });
    const { stdout, stderr } = await bed.callBelow(
      [await oldKernel(bed.dir)],
      'run',
      '--bundle',
      bundle,
      'old',
    );
    equal(stdout, 'file');
    match(stderr, /Read-only file system/);
    deepEqual(bed.leftovers('old'), []);
  });

  it('a host that has cgroup v2 alone runs, freezes and removes containers', async () => {
    // In a mount namespace that sees no other hierarchy; its controllers stay v1’s.
    const alone = 'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';
    const wrapper = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', alone, 'sh'];
    const call = (...args: string[]) => bed.callBelow(wrapper, ...args);
    const bundle = await bed.bundle('v2', ['sleep', '100']);
    const log = join(bed.dir, 'v2.out');
    await execa('sh', [
      '-c',
      `${wrapper.map((arg) => `'${arg}'`).join(' ')} "$@" > ${log} 2>&1 < /dev/null`,
      'sh',
      ...bed.commandLine('run', '--detach', '--bundle', bundle, 'v2'),
    ]);
    const status = async () => (JSON.parse((await call('state', 'v2')).stdout) as { status: string }).status;
    equal(await status(), 'running', await readFile(log, 'utf8'));
    match((await call('exec', 'v2', 'cat', '/proc/self/cgroup')).stdout, /^0::\/.*payload/m);
    equal((await call('pause', 'v2')).exitCode, 0);
    equal(await status(), 'paused');
    equal((await call('resume', 'v2')).exitCode, 0);
    equal((await call('delete', '--force', 'v2')).exitCode, 0);
    deepEqual(bed.leftovers('v2'), []);
  });

  it('a bundle with an error in its JSON is refused with the place', async () => {
    const bundle = await bed.bundle('broken', ['true']);
    await writeFile(join(bundle, 'config.json'), '{\n  "ociVersion": "1.0.2",\n  "process": tru\n}');
    const { exitCode, stderr } = await bed.call('run', '--bundle', bundle, 'broken');
    equal(exitCode, 1);
    match(stderr, /config\.json: line 3, column 14/);
    deepEqual(bed.leftovers('broken'), []);
    await worksAgain('broken');
  });
});
