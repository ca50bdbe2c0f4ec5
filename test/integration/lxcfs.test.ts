import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import type { SidecarStatus } from '../../hooks/index.ts';
import { useDebian } from '../support/debianImage.ts';
import { useDaemon } from '../support/useDaemon.ts';

const MiB = 1024;

describe('lxcfs', function () {
  this.timeout(120_000);
  const on = 'plugins:\n  - name: lxcfs\n    options: { enabled: true }\n';
  const daemon = useDaemon({ yaml: on });
  const { ok, pouch } = daemon;
  const rich = ['run', '-d', '--network', 'none', '--rich', '--rich-mode', 'dumb-init'];
  const limits = ['--memory', '96m', '--cpus', '1'];

  useDebian(daemon);
  afterEach(async () => {
    for (const name of ['box', 'other']) await pouch('rm', '-f', name);
  });

  const inside = (script: string, name = 'box') => ok('exec', name, 'sh', '-c', script);
  /** KiB, as /proc/meminfo has it. */
  const memory = async (name = 'box') =>
    Number(/MemTotal:\s+(\d+) kB/.exec((await pouch('exec', name, 'cat', '/proc/meminfo')).stdout)?.[1] ?? 0);
  const sidecar = async () => {
    const [{ sidecars }] = JSON.parse(await ok('plugin', 'inspect', 'lxcfs')) as [
      { sidecars?: SidecarStatus[] },
    ];
    return sidecars![0]!;
  };
  const eventually = async (condition: () => Promise<boolean>, what: string) =>
    assert.ok(await waitUntil(condition, { withinMs: 30_000, everyMs: 50 }), what);
  /** That of lxcfs itself, not of what starts and confines it. */
  const pid = async () => {
    const file = join(daemon.it.state, 'sidecars/lxcfs.lxcfs/pid');
    await eventually(() => Promise.resolve(existsSync(file)), 'lxcfs has written its pid');
    const found = Number(readFileSync(file, 'utf8'));
    assert.equal(readFileSync(`/proc/${found}/comm`, 'utf8'), 'lxcfs\n');
    return found;
  };

  for (const runtime of ['runc', 'crun', 'runlxc'])
    for (const users of ['host', 'auto'])
      it(`shows the values of the container: ${runtime}, users of ${users === 'auto' ? 'its own' : 'the host'}`, async () => {
        const options = ['--name', 'box', '--runtime', runtime, '--userns', users, '--cpuset-cpus', '0'];
        await ok(...rich, ...options, '--memory', '96m', 'busybox', 'sleep', '1000');
        assert.equal(await memory(), 96 * MiB);
        assert.equal(
          await inside('grep -c ^processor /proc/cpuinfo; grep -c ^cpu[0-9] /proc/stat; nproc'),
          '1\n1\n1',
        );
        assert.equal(await inside('cat /sys/devices/system/cpu/online'), '0');
        const [uptime = ''] = (await inside('cat /proc/uptime')).split(' ');
        assert.ok(Number(uptime) < 60, uptime);
        assert.match(
          await inside('cat /proc/loadavg; cat /proc/swaps; cat /proc/diskstats; uptime'),
          /Filename/,
        );
        await pouch('rm', '-f', 'box');
      });

  it('free, top, uptime and services of systemd have them', async () => {
    const privileges = ['--userns', 'auto', '--cap-add', 'SYS_ADMIN'];
    const options = [
      '--name',
      'box',
      '--network',
      'none',
      '--cpuset-cpus',
      '1',
      '--memory',
      '512m',
      ...privileges,
    ];
    await ok('run', '-d', '--rich', '--wait', ...options, debian);
    assert.match(await inside('free -m'), /^Mem:\s+512 /m);
    assert.match(await inside('TERM=dumb top -bn1'), /^MiB Mem :\s+512\.0 total/m);
    assert.match(await inside('uptime'), / up 0 min/);
    assert.equal(await inside('nproc; getconf _NPROCESSORS_ONLN'), '1\n1');
    const service = 'systemd-run --wait -q --pipe -p PrivateTmp=yes -p ProtectSystem=strict';
    assert.match(await inside(`${service} grep MemTotal /proc/meminfo`), /\s524288 kB/);
    assert.equal(await inside('systemctl is-system-running'), 'running');
  });

  it('follows a change of the limits, and CPUs by quota', async () => {
    await ok(...rich, '--name', 'box', ...limits, 'busybox', 'sleep', '1000');
    assert.equal(await inside('grep -c ^processor /proc/cpuinfo'), '1');
    await ok('update', '--memory', '64m', '--memory-swap', '64m', 'box');
    assert.equal(await memory(), 64 * MiB);
  });

  it('killed, it is back in running containers, which have not ended', async () => {
    for (const name of ['box', 'other'])
      await ok(...rich, '--name', name, ...limits, '--userns', 'auto', 'busybox', 'sleep', '1000');
    const before = (await daemon.it.inspect('box'))!.State.Pid;
    process.kill(await pid(), 'SIGKILL');
    for (const name of ['box', 'other'])
      await eventually(async () => (await memory(name)) === 96 * MiB, `${name} has its values again`);
    assert.equal((await daemon.it.inspect('box'))!.State.Pid, before);
    assert.equal(await inside('grep -c " /proc/meminfo " /proc/mounts'), '1');
    assert.ok((await sidecar()).restarts >= 1);
  });

  it('outlives pouchd, and one that ended meanwhile is healed by the next pouchd', async () => {
    await ok(...rich, '--name', 'box', ...limits, 'busybox', 'sleep', '1000');
    const first = await pid();
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await pid(), first);
    assert.equal(await memory(), 96 * MiB);
    await daemon.it.kill9();
    process.kill(first, 'SIGKILL');
    await daemon.it.start();
    await eventually(async () => (await memory()) === 96 * MiB, 'it has its values again');
    assert.notEqual(await pid(), first);
  });

  it('a container starts without it, and gets its values once it serves', async () => {
    await ok(...rich, '--name', 'box', ...limits, 'busybox', 'sleep', '1000');
    await ok('stop', 'box');
    // Whichever comes first, the start or the next lxcfs.
    process.kill(await pid(), 'SIGKILL');
    await ok('start', 'box');
    await eventually(async () => (await memory()) === 96 * MiB, 'it has its values');
  });

  it('is in the plan, and not in plain containers', async () => {
    const plan = await ok('plan', 'run', '--rich', '--rich-mode', 'dumb-init', 'busybox', 'true');
    assert.match(plan, /\/proc\/meminfo/);
    assert.doesNotMatch(await ok('plan', 'run', 'busybox', 'true'), /meminfo/);
    assert.match(await ok('doctor'), /lxcfs.*serves at/s);
  });

  it('switched off or missing, the plan says what is not true', async () => {
    const warnings = async (...options: string[]) =>
      (await pouch('plan', 'run', '--rich', '--rich-mode', 'dumb-init', ...options, 'busybox', 'true'))
        .stdout;
    await daemon.it.configure('');
    await ok('plugin', 'reload');
    assert.match(
      await warnings(...limits),
      /as of the last second, and the load and disks of the host; set `enabled` of the plugin lxcfs/,
    );
    assert.doesNotMatch(await warnings(), /of the host; set/);
    await daemon.it.configure(on.replace('true', 'true, path: /nonexistent/lxcfs'));
    await ok('plugin', 'reload');
    assert.match(await warnings(...limits), /as of the last second.*; lxcfs is not installed: install it/);
    await daemon.it.configure(on.replace('true', 'false, builtIn: false'));
    await ok('plugin', 'reload');
    assert.match(await warnings(...limits), /shows the memory and CPUs of the host; set `enabled`/);
    await daemon.it.configure(on.replace('true', 'true, path: /nonexistent/lxcfs'));
    await ok('plugin', 'reload');
    assert.match((await pouch('doctor')).stdout, /no \/nonexistent\/lxcfs on this host/);
    await daemon.it.configure(on);
    await ok('plugin', 'reload');
    await eventually(async () => (await sidecar()).phase === 'running', 'it runs again');
  });
});
