import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const MiB = 1024;

describe('values in /proc without lxcfs', function () {
  this.timeout(120_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const rich = ['run', '-d', '--network', 'none', '--rich', '--name', 'box'];
  const busybox = ['--rich-mode', 'dumb-init', 'busybox', 'sleep', '1000'];
  const limits = ['--memory', '96m', '--cpuset-cpus', '1'];

  useDebian(daemon);
  afterEach(async () => {
    await pouch('rm', '-f', 'box');
    assert.equal(processes().length, 0, 'its process has ended');
    assert.deepEqual(filesOfProcesses(), []);
  });

  const inside = (script: string) => ok('exec', 'box', 'sh', '-c', script);
  /** KiB, as /proc/meminfo has it. */
  const memory = async () =>
    Number(
      /MemTotal:\s+(\d+) kB/.exec((await pouch('exec', 'box', 'cat', '/proc/meminfo')).stdout)?.[1] ?? 0,
    );
  const uptime = async () => parseFloat(await inside('cat /proc/uptime'));
  const eventually = async (condition: () => boolean | Promise<boolean>, what: string) =>
    assert.ok(await waitUntil(async () => await condition(), { withinMs: 10_000, everyMs: 50 }), what);
  const filesOfProcesses = () => {
    const directory = join(daemon.it.state, 'processes');
    return existsSync(directory) ? readdirSync(directory) : [];
  };
  /** Pids of this daemon's. */
  const processes = () =>
    filesOfProcesses().flatMap((id) => {
      const environment = (pid: string) => {
        try {
          return readFileSync(`/proc/${pid}/environ`, 'utf8') + readFileSync(`/proc/${pid}/comm`, 'utf8');
        } catch {
          return '';
        }
      };
      const own = `RUNTIME_DIRECTORY=${join(daemon.it.state, 'processes', id, 'proc-values')}`;
      return readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .filter((pid) => environment(pid).includes(own) && environment(pid).endsWith('pouch-values\n'))
        .map(Number);
    });

  for (const runtime of someOf(['runc', 'crun', 'runlxc']))
    for (const users of ['host', 'auto'])
      it(`are the container's, from its first instruction: ${runtime}, users of ${users}`, async () => {
        const first = 'grep MemTotal /proc/meminfo; cat /sys/devices/system/cpu/online; exec sleep 1000';
        const options = [...rich, ...limits, '--runtime', runtime, '--userns', users];
        await ok(...options, '--rich-mode', 'dumb-init', 'busybox', 'sh', '-c', first);
        await eventually(async () => (await ok('logs', 'box')).includes('\n'), 'its init has begun');
        assert.equal((await ok('logs', 'box')).replaceAll(/ +/g, ' '), `MemTotal: ${96 * MiB} kB\n1`);
        assert.equal(
          await inside('grep -c ^processor /proc/cpuinfo; grep -c ^cpu[0-9] /proc/stat; nproc'),
          '1\n1\n1',
        );
        assert.ok((await uptime()) < 60);
        assert.equal((await pouch('exec', 'box', 'sh', '-c', 'echo 1 >/proc/meminfo')).exitCode, 1);
      });

  it('free, top, uptime and services of systemd have them', async () => {
    await ok(...rich, '--wait', '--memory', '512m', '--cpus', '0.5', debian);
    assert.match(await inside('free -m'), /^Mem:\s+512 /m);
    assert.match(await inside('TERM=dumb top -bn1'), /^MiB Mem :\s+512\.0 total/m);
    assert.match(await inside('uptime'), / up 0 min/);
    assert.equal(await inside('getconf _NPROCESSORS_ONLN'), '1');
    const service = 'systemd-run --wait -q --pipe -p PrivateTmp=yes -p ProtectSystem=strict';
    assert.match(await inside(`${service} grep MemTotal /proc/meminfo`), /\s524288 kB/);
    assert.equal(await inside('systemctl is-system-running'), 'running');
    const [{ Warnings }] = JSON.parse(await ok('inspect', 'box')) as [{ Warnings?: string[] }];
    assert.match(JSON.stringify(Warnings ?? (await ok('inspect', 'box'))), /load and disks of the host/);
  });

  it('follow a change of the limits', async () => {
    await ok(...rich, ...limits, ...busybox);
    await ok('update', '--memory', '64m', '--memory-swap', '64m', '--cpuset-cpus', '0', 'box');
    await eventually(async () => (await memory()) === 64 * MiB, 'it has the new limit');
    await eventually(
      async () => (await inside('cat /sys/devices/system/cpu/online')) === '0',
      'it has the new CPU',
    );
  });

  it('continue while pouchd is killed, and the next pouchd has the same process', async () => {
    await ok(...rich, ...limits, ...busybox);
    const [before] = processes();
    const shown = await uptime();
    await daemon.it.kill9();
    await daemon.it.start();
    await eventually(async () => (await uptime()) > shown, 'time passes');
    assert.deepEqual(processes(), [before]);
  });

  it('are back when their process was killed, also while pouchd was down', async () => {
    await ok(...rich, ...limits, ...busybox);
    for (const isDown of [false, true]) {
      const shown = await uptime();
      if (isDown) await daemon.it.kill9();
      process.kill(processes()[0]!, 'SIGKILL');
      if (isDown) await daemon.it.start();
      await eventually(async () => (await uptime()) > shown + 1, 'time passes');
      assert.equal(await memory(), 96 * MiB);
      assert.equal(await inside('grep -c " /proc/meminfo " /proc/mounts'), '1');
    }
  });

  it('start anew with the container', async () => {
    await ok(...rich, ...limits, ...busybox);
    await eventually(async () => (await uptime()) > 2, 'it runs for a while');
    await ok('restart', '-t', '0', 'box');
    assert.ok((await uptime()) < 2);
    assert.equal(await memory(), 96 * MiB);
  });

  it('are not in plain containers, nor where they are switched off', async () => {
    assert.doesNotMatch(await ok('plan', 'run', 'busybox', 'true'), /meminfo/);
    await daemon.it.configure('plugins:\n  - name: lxcfs\n    options: { builtIn: false }\n');
    await ok('plugin', 'reload');
    assert.doesNotMatch(await ok('plan', 'run', '--rich', ...limits, ...busybox), /meminfo/);
    await daemon.it.configure('');
    await ok('plugin', 'reload');
    assert.match(await ok('plan', 'run', '--rich', ...limits, ...busybox), /\/proc\/meminfo/);
  });

  sampleTests(this);
});
