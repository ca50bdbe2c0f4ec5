import assert from 'node:assert/strict';
import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** The host's cgroup mounts, with their propagation. */
async function cgroupMounts(): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.filter((line) => line.includes(' /sys/fs/cgroup'));
}

for (const runtime of ociRuntimes)
  describe(`mounts of the host and of a container reach each other: ${runtime}`, function () {
    this.timeout(60_000);
    // Hooks run in the order of their declaration: this one before the check for leftovers.
    after(() => execa('umount', ['-R', shared]));
    const daemon = useDaemon();
    let shared: string;
    let cgroups: string[];

    before(async () => {
      cgroups = await cgroupMounts();
      shared = join(daemon.it.dir, 'shared');
      await mkdir(shared);
      await execa('mount', ['-t', 'tmpfs', 'pouch-test', shared]);
      await execa('mount', ['--make-shared', shared]);
    });

    async function start(propagation: string): Promise<string> {
      const options = ['--runtime', runtime, '--privileged', '-v', `${shared}:/in:${propagation}`];
      return await daemon.ok('run', '-d', ...options, 'busybox', 'sleep', '1000');
    }

    it('rshared: both ways', async () => {
      const id = await start('rshared');
      await daemon.ok(
        'exec',
        id,
        'sh',
        '-c',
        'mkdir /in/own && mount -t tmpfs x /in/own && touch /in/own/file',
      );
      await access(join(shared, 'own/file'));
      await mkdir(join(shared, 'later'));
      await execa('mount', ['-t', 'tmpfs', 'pouch-test', join(shared, 'later')]);
      assert.match(await daemon.ok('exec', id, 'mount'), / on \/in\/later /);
      await daemon.ok('rm', '-f', id);
      await execa('umount', [join(shared, 'own'), join(shared, 'later')]);
    });

    it('rslave: from the host alone', async () => {
      const id = await start('rslave');
      await daemon.ok(
        'exec',
        id,
        'sh',
        '-c',
        'mkdir /in/mine && mount -t tmpfs x /in/mine && touch /in/mine/file',
      );
      await assert.rejects(access(join(shared, 'mine/file')));
      await mkdir(join(shared, 'host'));
      await execa('mount', ['-t', 'tmpfs', 'pouch-test', join(shared, 'host')]);
      assert.match(await daemon.ok('exec', id, 'mount'), / on \/in\/host /);
      await daemon.ok('rm', '-f', id);
      await execa('umount', [join(shared, 'host')]);
    });

    it('a private mount of the host is refused, with the fix', async () => {
      await execa('mount', ['--make-private', shared]);
      await assert.rejects(
        start('rslave'),
        /needs a shared mount on the host.*is private\n.*mount --make-rshared/s,
      );
      await execa('mount', ['--make-shared', shared]);
      await daemon.ok('rm', '-f', await start('rslave'));
    });

    it('leaves the host’s cgroup mounts as they were, and nothing below them', async () => {
      const hidden =
        'umount -l /sys/fs/cgroup/unified 2>/dev/null; find /sys/fs/cgroup/unified -name "pouch*"';
      const { stdout } = await execa('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', hidden]);
      assert.ok(!stdout.includes(daemon.it.names.cgroupParent), stdout);
      assert.deepEqual(await cgroupMounts(), cgroups);
    });
  });
