import assert from 'node:assert/strict';
import { serviceCommands } from '../../plugins/rich-sbin-init/services.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Longest for what a loaded host may take. */
const withinMs = 60_000;

const broken = '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo it is broken; exit 3"\n';

describe('operating rich containers', function () {
  this.timeout(180_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const inBox = (script: string) => ok('exec', 'box', 'sh', '-c', script);

  useDebian(daemon);
  before(async () => {
    await ok('run', '-d', '--name', 'plain', '--network', 'none', 'busybox', 'sleep', '1000');
    await ok('run', '-d', '--name', 'box', '--network', 'none', '--rich', '--wait', debian);
    await ok('exec', 'box', 'sh', '-c', `cat >/etc/systemd/system/broken.service <<'E'\n${broken}E`);
  });

  describe('services of systemd', () => {
    const field = (name: string, field: string) =>
      daemon.pouch('svc', 'status', 'box', name, '--format', `{{.${field}}}`);

    it('are listed with state, pid and time, also those that systemd has not loaded', async () => {
      const lines = await ok(
        'svc',
        'ls',
        'box',
        '--format',
        '{{.Name}} {{.State}} {{.Enabled}} {{.PID}} {{.SinceAt}}',
      );
      assert.match(lines, /^ssh running enabled \d+ \d{4}-\d\d-\d\dT[\d:.]+Z$/m);
      assert.match(lines, /^debug-shell stopped disabled {2}$/m);
      const pid = /^ssh running enabled (\d+)/m.exec(lines)![1]!;
      assert.equal(await inBox(`cat /proc/${pid}/comm`), 'sshd');
      const [shown, all] = await Promise.all([ok('svc', 'ls', '-q', 'box'), ok('svc', 'ls', '-aq', 'box')]);
      assert.ok(!shown.includes('apt-daily') && all.includes('apt-daily'));
    });

    it('are stopped, started, restarted, enabled and disabled', async () => {
      await ok('svc', 'stop', 'box', 'ssh');
      const stopped = await field('ssh.service', 'State');
      assert.deepEqual([stopped.stdout.trim(), stopped.exitCode], ['stopped', 3]);
      await ok('svc', 'start', 'box', 'ssh');
      const [first, { exitCode }] = [(await field('ssh', 'PID')).stdout, await field('ssh', 'State')];
      assert.equal(exitCode, 0);
      await ok('svc', 'restart', 'box', 'ssh');
      assert.notEqual((await field('ssh', 'PID')).stdout, first);
      await ok('svc', 'disable', 'box', 'ssh');
      assert.equal((await field('ssh', 'Enabled')).stdout.trim(), 'disabled');
      await ok('svc', 'enable', 'box', 'ssh');
      assert.equal((await field('ssh', 'Enabled')).stdout.trim(), 'enabled');
    });

    it('that fail or do not exist have errors with codes', async () => {
      const failed = await daemon.pouch('svc', 'start', 'box', 'broken', 'nosuch');
      assert.equal(failed.exitCode, 1);
      assert.match(failed.stderr, /cannot start broken in box: Job for broken\.service failed/);
      assert.match(failed.stderr, /hint: pouch svc logs box broken\n.*PCH_UNIT_FAILED/);
      assert.match(failed.stderr, /box has no service nosuch\n.*\n.*PCH_UNIT_NOT_FOUND/);
      assert.equal((await field('broken', 'State')).stdout.trim(), 'failed');
      assert.match(await ok('svc', 'logs', 'box', 'broken'), /sh\[\d+\]: it is broken/);
      const name = await daemon.pouch('svc', 'start', 'box', '$(reboot)');
      assert.match(name.stderr, /found "\$\(reboot\)"[^]*PCH_BAD_REQUEST/);
    });

    it('have logs by name, with the options of logs', async () => {
      const lines = (await ok('logs', '--unit', 'ssh', '-t', 'box')).split('\n');
      assert.match(lines[0]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z systemd\[1\]: Starting ssh\.service/);
      assert.equal((await ok('logs', '-u', 'ssh', '-n', '2', 'box')).split('\n').length, 2);
      const [time = ''] = lines[0]!.split(' ');
      const until = new Date(Date.parse(time) - 1000).toISOString();
      assert.equal(await ok('logs', '-u', 'ssh', '--until', until, 'box'), '');
      assert.deepEqual(
        (await ok('logs', '-u', 'ssh', '--since', until, 'box')).split('\n').length,
        lines.length,
      );
      const unknown = await daemon.pouch('logs', '-u', 'nosuch', 'box');
      assert.match(unknown.stderr, /PCH_UNIT_NOT_FOUND/);
    });

    it('have logs that can be followed, and the follower ends with its client', async () => {
      const controller = new AbortController();
      const options = { stdout: true, follow: true, unit: 'ssh', tail: '0' };
      const log = await daemon.it.client.containers.logs('box', options, controller.signal);
      let text = '';
      log.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
      await ok('svc', 'restart', 'box', 'ssh');
      assert.ok(await waitUntil(() => /Server listening/.test(text), { withinMs }), text);
      controller.abort();
      const followers = () => inBox('ls /proc/*/exe -l 2>/dev/null | grep -c "bin/journalctl$" || true');
      // The other one follows for the container's log.
      assert.ok(await waitUntil(async () => (await followers()) === '1', { withinMs }), await followers());
    });
  });

  it('scripts of sysvinit are services, too', async () => {
    const { args } = serviceCommands({ path: '/sbin/init', kind: 'file', mode: 0o755 });
    await ok('run', '-d', '--name', 'old', '--network', 'none', debian, 'sleep', '1000');
    const svc = (...more: string[]) => daemon.pouch('exec', 'old', ...args, ...more);
    assert.match((await svc('list')).stdout, /^ssh stopped enabled - - \s*OpenBSD Secure Shell server$/m);
    const start = await svc('start', 'ssh');
    assert.match(
      start.stdout,
      /no hostkeys available[^]*its script has reported no error, and it does not run/,
    );
    assert.equal(start.exitCode, 1);
    await ok('exec', 'old', 'ssh-keygen', '-A');
    assert.equal((await svc('start', 'ssh')).exitCode, 0);
    assert.match((await svc('list', 'ssh')).stdout, /^ssh running enabled \d+ \d{10} /);
    assert.equal((await svc('stop', 'ssh')).exitCode, 0);
    assert.equal((await svc('disable', 'ssh')).exitCode, 0);
    assert.match((await svc('list', 'ssh')).stdout, /^ssh stopped disabled /);
    assert.equal((await svc('enable', 'ssh')).exitCode, 0);
    assert.match((await svc('list', 'ssh')).stdout, /^ssh stopped enabled /);
    await ok('exec', 'old', 'sh', '-c', 'echo "Nov 28 01:02:03 h sshd[1]: hello" >/var/log/syslog');
    assert.equal(
      (await svc('logs', 'ssh', 'all', '', '', '')).stdout,
      '- Nov 28 01:02:03 h sshd[1]: hello\n',
    );
    for (const name of ['nosuch', '../../bin/sh']) assert.equal((await svc('start', name)).exitCode, 64);
  });

  it('containers without such an init are refused, and say so', async () => {
    await ok(
      'run',
      '-d',
      '--name',
      'dumb',
      '--network',
      'none',
      '--rich',
      '--rich-mode',
      'dumb-init',
      'busybox',
      'sleep',
      '1000',
    );
    await ok(
      'run',
      '-d',
      '--name',
      'bb',
      '--network',
      'none',
      '--rich',
      '--rich-mode',
      'sbin-init',
      '--wait',
      'busybox',
    );
    const refusal = async (name: string) => (await daemon.pouch('svc', 'ls', name)).stderr;
    assert.match(await refusal('plain'), /plain container without one\n[^]*PCH_INIT_CANNOT/);
    assert.match(await refusal('dumb'), /found rich mode dumb-init\n[^]*PCH_INIT_CANNOT/);
    assert.match(await refusal('bb'), /busybox init has no services: .*\n.*PCH_INIT_CANNOT/);
    await ok('pause', 'box');
    assert.match((await daemon.pouch('svc', 'ls', 'box')).stderr, /paused|not running/);
    await ok('unpause', 'box');
  });
});
