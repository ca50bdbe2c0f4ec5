import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { useDaemon } from '../support/useDaemon.ts';

const quick = ['--network', 'none', '--stop-timeout', '0'];
/** Writes until it may not; prints the MiB that it could. */
const fill = 'dd if=/dev/zero of=/fill bs=1M 2>/dev/null; echo $(($(stat -c %s /fill) >> 20))';

/** linux/capability.h: CAP_SYS_RESOURCE is 24. */
function hasSysResource(): boolean {
  const [, mask = '0'] = /^CapEff:\s+(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
  return ((BigInt(`0x${mask}`) >> 24n) & 1n) === 1n;
}

describe('a container with --disk-quota', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const inside = (script: string) => ok('exec', 'box', 'sh', '-c', script);
  const code = async (...args: string[]) => /code: (\w+)/.exec((await daemon.pouch(...args)).stderr)?.[1];
  const attached = () =>
    readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(` ${daemon.it.root}/containerd/`) && line.includes('- ext4 /dev/loop'))
      .length;

  afterEach(() => daemon.pouch('rm', '-f', 'box'));

  for (const users of ['host', 'auto'])
    it(`cannot write more, sees its size, and is whole after a stop (--userns ${users})`, async () => {
      await ok(
        'run',
        '-d',
        '--name',
        'box',
        '--userns',
        users,
        ...quick,
        '--disk-quota',
        '64m',
        'busybox',
        'sleep',
        '1000',
      );
      const [written, blocks] = (await inside(`${fill}; df -P / | awk 'NR==2{print $2}'`))
        .split('\n')
        .map(Number);
      assert.ok(written! > 50 && written! < 64, `wrote ${written} MiB`);
      assert.ok(blocks! > 50 * 1024 && blocks! <= 64 * 1024, `df: ${blocks} KiB`);
      assert.match(await inside('dd if=/dev/zero of=/more bs=2M count=1 2>&1; true'), /No space left/);
      await inside('rm /fill; echo kept > /kept');
      await ok('stop', 'box');
      assert.equal(attached(), 0);
      await ok('start', 'box');
      assert.equal(await inside('cat /kept'), 'kept');
      assert.equal(await ok('inspect', '-f', '{{.HostConfig.StorageOpt.size}}', 'box'), String(64 << 20));
      assert.match(await ok('ps', '-a', '--size', '--format', '{{.Size}}'), /MB|kB/);
    });

  it('has it after kill -9 of pouchd, and after a boot of the host', async () => {
    await ok('run', '-d', '--name', 'box', ...quick, '--storage-opt', 'size=64m', 'busybox', 'sleep', '1000');
    await inside('echo kept > /kept');
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await inside('cat /kept'), 'kept');
    await ok('stop', 'box');
    // As after a boot: the disk is not mounted, and the directory below it is empty.
    assert.equal(attached(), 0);
    await ok('start', 'box');
    assert.equal(await inside('cat /kept; df -P / | grep -c "^overlay *[56]....  *"'), 'kept\n1');
    await ok('rm', '-f', 'box');
    assert.equal(attached(), 0);
  });

  it('keeps it over snapshots and their restore', async () => {
    await ok('run', '-d', '--name', 'box', ...quick, '--disk-quota', '64m', 'busybox', 'sleep', '1000');
    await inside('echo first > /file');
    await ok('snapshot', 'create', 'box', '--name', 'first');
    await inside('echo second > /file');
    const saved = await ok('snapshot', 'restore', '--restart', 'box', 'first');
    assert.equal(attached(), 1);
    assert.equal(await inside('cat /file'), 'first');
    assert.ok(Number(await inside(fill)) < 64);
    assert.equal(await ok('snapshot', 'diff', 'box', 'first', saved), 'C /file');
    await inside('rm /fill');
    await ok('stop', 'box');
    await ok('snapshot', 'restore', 'box', saved);
    assert.equal(attached(), 0);
    await ok('start', 'box');
    assert.equal(await inside('cat /file'), 'second');
    await ok('snapshot', 'rm', 'box', saved, 'first');
  });

  it('keeps it over an upgrade and its rollback, with the files of each', async () => {
    await ok('run', '--name', 'made', ...quick, 'busybox', 'sh', '-c', 'echo new > /new');
    await ok('commit', 'made', 'made:1');
    await ok('rm', 'made');
    for (const users of ['host', 'auto']) {
      const options = ['--userns', users, ...quick, '--disk-quota', '64m'];
      await ok('run', '-d', '--name', 'box', ...options, 'busybox', 'sleep', '1000');
      await inside('mkdir /data; echo kept > /data/file; echo old > /old');
      const facts = `ls -d /new /old 2>/dev/null; cat /data/file; df -P / | awk 'NR==2{print ($2 <= 65536)}'`;
      await ok('upgrade', 'box', '--image', 'made:1', '--keep', '/data');
      assert.equal(await inside(facts), '/new\nkept\n1');
      assert.ok(Number(await inside(fill)) < 64);
      await inside('rm /fill');
      assert.equal(attached(), 1);
      await ok('rollback', 'box');
      assert.equal(await inside(facts), '/old\nkept\n1');
      assert.ok(Number(await inside(fill)) < 64);
      assert.equal(attached(), 1);
      await ok('rm', '-f', 'box');
      assert.equal(attached(), 0);
    }
    await ok('rmi', 'made:1');
  });

  for (const users of ['host', 'auto'])
    it(`grows while the container is stopped, and never shrinks (--userns ${users})`, async () => {
      const options = ['--userns', users, ...quick, '--disk-quota', '64m'];
      await ok('run', '-d', '--name', 'box', ...options, 'busybox', 'sleep', '1000');
      await inside('echo kept > /kept');
      const update = (size: string) => code('update', '--disk-quota', size, 'box');
      const quota = () => ok('inspect', '-f', '{{.HostConfig.StorageOpt.size}}', 'box');
      assert.equal(await update('32m'), 'PCH_OPTION_INVALID');
      assert.equal(await update('900t'), 'PCH_OPTION_INVALID');
      await ok('stop', 'box');
      await daemon.it.restart({ failpoint: 'applied:update:update.disk' });
      await daemon.pouch('update', '--disk-quota', '128m', 'box');
      assert.equal(await daemon.it.ended(), 'SIGKILL');
      await daemon.it.start();
      await ok('update', '--disk-quota', '128m', 'box');
      assert.equal(attached(), 0);
      assert.equal(await quota(), String(128 << 20));
      await ok('start', 'box');
      const written = Number(await inside(fill));
      assert.ok(written > 110 && written < 128, `wrote ${written} MiB`);
      await inside('rm /fill');
      assert.equal(await inside('cat /kept'), 'kept');
      await ok('snapshot', 'create', 'box', '--name', 'large');
      await ok('snapshot', 'restore', '--restart', 'box', 'large');
      const again = await inside(`df -P / | tail -1; ${fill}`);
      assert.ok(Number(again.split('\n')[1]) > 64, again);
    });

  it('grows while the container runs, if pouchd has the capability for that', async () => {
    await ok('run', '-d', '--name', 'box', ...quick, '--disk-quota', '64m', 'busybox', 'sleep', '1000');
    const { stderr, exitCode } = await daemon.pouch('update', '--disk-quota', '128m', 'box');
    const size = (mib: number) => String(mib << 20);
    const quota = await ok('inspect', '-f', '{{.HostConfig.StorageOpt.size}}', 'box');
    const written = Number(await inside(fill));
    if (hasSysResource()) {
      assert.equal(exitCode, 0, stderr);
      assert.equal(quota, size(128));
      return assert.ok(written > 110, `wrote ${written} MiB`);
    }
    assert.match(stderr, /CAP_SYS_RESOURCE[^]*stop the container[^]*PCH_NOT_SUPPORTED/);
    assert.equal(quota, size(64));
    assert.ok(written < 64, `wrote ${written} MiB`);
    await ok('stop', 'box');
    await ok('update', '--disk-quota', '128m', 'box');
    await ok('start', 'box');
    assert.match(await inside('rm /fill; df -P / | tail -1'), / 1[12]\d{4} /);
    await ok('rm', '-f', 'box');
    await ok('create', '--name', 'box', 'busybox');
    assert.equal(await code('update', '--disk-quota', '128m', 'box'), 'PCH_CONFLICT');
  });

  it('is refused with a size that cannot be, and nothing is left', async () => {
    const create = (...options: string[]) => code('create', '--name', 'box', ...options, 'busybox');
    assert.equal(await create('--disk-quota', 'much'), 'PCH_OPTION_INVALID');
    assert.equal(await create('--disk-quota', '1m'), 'PCH_OPTION_INVALID');
    assert.equal(await create('--disk-quota', '900t'), 'PCH_OPTION_INVALID');
    assert.equal(await create('--storage-opt', 'size=much'), 'PCH_OPTION_INVALID');
    assert.equal(await create('--storage-opt', 'other=1'), 'PCH_OPTION_INVALID');
    assert.equal(await create('--disk-quota', '16m'), undefined);
    assert.match(await ok('info'), /Disk quota: +a sparse file with ext4/);
  });
});
