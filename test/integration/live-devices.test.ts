import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { someOf } from '../support/someOf.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { useDaemon } from '../support/useDaemon.ts';

for (const runtime of ociRuntimes)
  describe(`devices of a running container: ${runtime}`, function () {
    this.timeout(60_000);
    this.slow(10_000);
    const daemon = useDaemon({ yaml: `runtime: { default: ${runtime} }\n` });
    const { pouch, ok } = daemon;

    before(async () => {
      for (const [name, userns] of [
        ['plain', 'host'],
        ['mapped', 'auto'],
      ] as const)
        await ok('run', '-d', '--name', name, '--userns', userns, 'busybox', 'sleep', '1000');
    });

    const inside = (name: string, script: string) => ok('exec', name, 'sh', '-c', script);
    /** `crw-rw---- 0 5a 0`, or nothing. */
    const node = (name: string, path: string) =>
      inside(name, `[ -c ${path} ] && stat -c '%F %t:%T %u' ${path} || ls ${path} 2>/dev/null; true`);
    /** Whether it can be opened for reading and writing. */
    const opens = (name: string, path: string) =>
      inside(name, `(exec 3<>${path}) 2>/dev/null && echo opens || echo not`);
    const refused = async (pattern: RegExp, ...args: string[]) => {
      const { stderr, exitCode } = await pouch('device', ...args);
      assert.match(stderr, pattern);
      assert.equal(exitCode, 1);
    };

    for (const name of someOf(['plain', 'mapped'], 'users'))
      it(`a device comes, lasts over a restart, and goes: ${name}`, async () => {
        await ok('device', 'add', name, '/dev/fuse', '/dev/loop-control:/dev/deep/loop:rw');
        for (const round of [1, 2]) {
          assert.equal(await node(name, '/dev/fuse'), 'character special file a:e5 0', `round ${round}`);
          assert.equal(await opens(name, '/dev/fuse'), 'opens');
          assert.equal(await opens(name, '/dev/deep/loop'), 'opens');
          assert.equal(
            await ok('device', 'ls', '--format', '{{.Device}} {{.Host}} {{.Access}}', name),
            '/dev/fuse /dev/fuse rwm\n/dev/deep/loop /dev/loop-control rw',
          );
          if (round === 1) await ok('restart', '-t', '0', name);
        }
        await ok('device', 'rm', name, '/dev/fuse', '/dev/deep/loop');
        assert.equal(await node(name, '/dev/fuse'), '');
        await ok('device', 'add', name, '/dev/fuse');
        assert.equal(await opens(name, '/dev/fuse'), 'opens');
        await ok('device', 'rm', name, '/dev/fuse');
        assert.equal(await node(name, '/dev/fuse'), '');
        assert.equal(await ok('device', 'ls', '-q', name), '');
        await ok('restart', '-t', '0', name);
        assert.equal(await node(name, '/dev/fuse'), '');
      });

    it('the cgroup forbids what was taken away, and nothing else', async () => {
      await ok('device', 'add', 'plain', '/dev/fuse', '/dev/null:/dev/nothing');
      await inside('plain', 'mknod /dev/kept c 10 229');
      assert.equal(await opens('plain', '/dev/kept'), 'opens');
      await ok('device', 'rm', 'plain', '/dev/fuse', '/dev/nothing');
      assert.equal(await opens('plain', '/dev/kept'), 'not');
      assert.equal(await opens('plain', '/dev/null'), 'opens');
      await inside('plain', 'rm /dev/kept');
    });

    it('a device inside a cgroup that the container has made works, too', async () => {
      const [, path = ''] =
        /devices:(\S+)/.exec(readFileSync(`/proc/${await pidOf('plain')}/cgroup`, 'utf8')) ?? [];
      assert.notEqual(path, '');
      await ok('device', 'add', 'plain', '/dev/fuse:/dev/f:r');
      assert.match(readFileSync(`/sys/fs/cgroup/devices${path}/devices.list`, 'utf8'), /^c 10:229 r$/m);
      await ok('device', 'rm', 'plain', '/dev/f');
      assert.doesNotMatch(readFileSync(`/sys/fs/cgroup/devices${path}/devices.list`, 'utf8'), /10:229/);
    });

    it('what cannot be is refused, and the next call works', async () => {
      await ok('device', 'add', 'mapped', '/dev/fuse');
      await refused(/has a device on \/dev\/fuse[^]*PCH_CONFLICT/, 'add', 'mapped', '/dev/fuse');
      await ok('device', 'rm', 'mapped', '/dev/fuse');
      await refused(
        /was not given a device on \/dev\/fuse[^]*PCH_DEVICE_NOT_FOUND/,
        'rm',
        'mapped',
        '/dev/fuse',
      );
      await refused(/found nothing[^]*PCH_OPTION_INVALID/, 'add', 'mapped', '/dev/nosuch');
      await refused(/found another file[^]*PCH_OPTION_INVALID/, 'add', 'mapped', '/etc/passwd:/dev/x');
      await refused(/own \/dev while it runs[^]*PCH_OPTION_INVALID/, 'add', 'mapped', '/dev/fuse:/data/fuse');
      for (const name of ['plain', 'mapped']) {
        await refused(/has something on \/dev\/null[^]*PCH_CONFLICT/, 'add', name, '/dev/fuse:/dev/null');
        assert.equal(await opens(name, '/dev/null'), 'opens');
      }
      await refused(/PCH_CONTAINER_NOT_FOUND/, 'add', 'nobody', '/dev/fuse');
      await inside('mapped', 'ln -s /etc /dev/link');
      await refused(/symbolic link[^]*PCH_OPTION_INVALID/, 'add', 'mapped', '/dev/fuse:/dev/link/fuse');
      await ok('pause', 'plain');
      await refused(/PCH_CONFLICT|paused/, 'add', 'plain', '/dev/fuse');
      await ok('unpause', 'plain');
      await ok('device', 'add', 'plain', '/dev/fuse');
      await ok('device', 'rm', 'plain', '/dev/fuse');
    });

    it('one that is stopped has the device from its next start on', async () => {
      await ok('stop', '-t', '0', 'mapped');
      await ok('device', 'add', 'mapped', '/dev/fuse');
      await ok('start', 'mapped');
      assert.equal(await opens('mapped', '/dev/fuse'), 'opens');
      await ok('stop', '-t', '0', 'mapped');
      await ok('device', 'rm', 'mapped', '/dev/fuse');
      await ok('start', 'mapped');
      assert.equal(await node('mapped', '/dev/fuse'), '');
    });

    it('pouchd is killed in the middle: the container has the device or not, and the call works again', async () => {
      const steps = ['applied:reconcile:live-device./dev/fuse', 'before:reconcile:commit'];
      for (const failpoint of someOf(steps, 'a device that is added')) {
        await daemon.it.restart({ failpoint });
        await pouch('device', 'add', 'mapped', '/dev/fuse');
        assert.equal(await daemon.it.ended(), 'SIGKILL', failpoint);
        await daemon.it.start();
        const isListed = (await ok('device', 'ls', '-q', 'mapped')) !== '';
        assert.equal((await node('mapped', '/dev/fuse')) !== '', isListed, failpoint);
        if (!isListed) await ok('device', 'add', 'mapped', '/dev/fuse');
        assert.equal(await opens('mapped', '/dev/fuse'), 'opens');
        await ok('device', 'rm', 'mapped', '/dev/fuse');
      }
    });

    async function pidOf(name: string): Promise<string> {
      return await ok('inspect', '-f', '{{.State.Pid}}', name);
    }
  });
