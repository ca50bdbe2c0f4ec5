import assert from 'node:assert/strict';
import { execa } from 'execa';
import { pouchClient } from '../../bench/peers/pouch.ts';
import { hasHybridCgroups } from '../../hooks/hybridCgroups.ts';
import { serviceCommands } from '../../plugins/rich-sbin-init/services.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { skip } from '../support/skip.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Longest for what a loaded host may take. */
const withinMs = 60_000;

const broken = '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo it is broken; exit 3"\n';
/** It mostly has a child. */
const forking = `[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=/bin/sh -c 'while :; do sleep 0.01; done'
Restart=always
RestartSec=50ms
`;

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

    it('that are killed with their children are restarted at once, each time', async function () {
      if (!hasHybridCgroups()) return skip(this, 'cgroup v1 alone does not notify of their end');
      await inBox(`cat >/run/systemd/system/forking.service <<'E'\n${forking}E\nsystemctl daemon-reload`);
      const rounds = `for round in $(seq 30); do
          systemctl kill -s KILL forking
          for n in $(seq 200); do
            [ "$(systemctl show -p SubState --value forking)" = running ] && continue 2; sleep 0.05
          done
          echo "round $round: $(systemctl show -p SubState --value forking)"; exit 1
        done`;
      await ok('svc', 'start', 'box', 'forking');
      const { exitCode, stdout } = await daemon.pouch('exec', 'box', 'bash', '-c', rounds);
      assert.deepEqual([exitCode, stdout], [0, '']);
      await ok('svc', 'stop', 'box', 'forking');
    });

    it('that fail or do not exist have errors with codes', async () => {
      const failed = await daemon.pouch('svc', 'start', 'box', 'broken', 'nosuch');
      assert.equal(failed.exitCode, 1);
      assert.match(failed.stderr, /box cannot start broken: Job for broken\.service failed/);
      assert.match(failed.stderr, /hint: pouch svc logs box broken\n.*PCH_UNIT_FAILED/);
      assert.match(failed.stderr, /box has no service nosuch\n.*\n.*PCH_UNIT_NOT_FOUND/);
      const { stdout, stderr } = await field('broken', 'State');
      assert.equal(stdout.trim(), 'failed', stderr);
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

  it('a systemd that boots is not asked how far it is', async () => {
    // The state at each question; /usr/local comes first in the path of the probe.
    const asked = [
      '#!/bin/sh',
      '[ "$1" != is-system-running ] || /usr/bin/systemctl is-system-running >>/run/asked',
      'exec /usr/bin/systemctl "$@"',
    ].join('\n');
    const slow = '[Service]\nType=oneshot\nExecStart=/bin/sleep 1\n[Install]\nWantedBy=multi-user.target\n';
    const changes = `cat >/usr/local/bin/systemctl <<'E'\n${asked}\nE
chmod 755 /usr/local/bin/systemctl
cat >/etc/systemd/system/slow.service <<'E'\n${slow}E
systemctl enable slow`;
    await ok('run', '-d', '--name', 'slow', '--network', 'none', '--rich', '--wait', debian);
    await ok('exec', 'slow', 'sh', '-c', changes);
    await ok('restart', 'slow');
    await ok('wait', '--condition', 'ready', 'slow');
    assert.equal(await ok('exec', 'slow', 'cat', '/run/asked'), 'running');
    await ok('rm', '-f', 'slow');
  });

  describe('reboot and poweroff', () => {
    const state = async (name: string) => (await daemon.it.inspect(name))!.State;

    it('by systemd: a reboot starts it again, whatever its policy, and a poweroff leaves it off', async () => {
      await ok('run', '-d', '--name', 'off', '--network', 'none', '--restart', 'always', '--rich', debian);
      // The signal waits until a booting systemd takes it.
      const { StartedAt } = await state('off');
      assert.equal(await ok('reboot', 'off'), 'off');
      const rebooted = await state('off');
      assert.ok(rebooted.Running && rebooted.StartedAt > StartedAt, JSON.stringify(rebooted));
      await ok('wait', '--condition', 'ready', 'off');
      await ok('poweroff', 'off');
      assert.match(
        await ok('ps', '-a', '--filter', 'name=off', '--format', '{{.Status}}'),
        /\(powered off\)$/,
      );
      assert.equal((await state('off')).Ending, 'poweroff');
      const again = await daemon.pouch('reboot', 'off');
      assert.match(again.stderr, /not running[^]*PCH_CONTAINER_NOT_RUNNING/);
    });

    it('by busybox', async () => {
      const init = ['--rich', '--rich-mode', 'sbin-init', '--wait'];
      await ok('run', '-d', '--name', 'bb-off', '--network', 'none', ...init, 'busybox');
      const { StartedAt } = await state('bb-off');
      await ok('reboot', 'bb-off');
      assert.ok((await state('bb-off')).StartedAt > StartedAt);
      await ok('wait', '--condition', 'ready', 'bb-off');
      await ok('poweroff', 'bb-off');
      assert.equal((await state('bb-off')).Ending, 'poweroff');
    });

    it('end in the time that they have, whatever services do', async () => {
      await ok(
        'exec',
        'box',
        'systemd-run',
        '--property=KillMode=none',
        '--property=ExecStop=sleep 60',
        'sleep',
        '60',
      );
      const before = Date.now();
      await ok('reboot', '-t', '2', 'box');
      assert.ok(Date.now() - before < 20_000);
      assert.ok((await state('box')).Running);
      await ok('wait', '--condition', 'ready', 'box');
    });

    it('need an init that can', async () => {
      const refused = await daemon.pouch('reboot', 'plain');
      assert.match(refused.stderr, /an init that can reboot, found a plain container/);
      assert.match(refused.stderr, /hint: pouch restart plain\ncode: PCH_INIT_CANNOT/);
      await ok('pause', 'box');
      assert.match((await daemon.pouch('poweroff', 'box')).stderr, /is paused[^]*PCH_CONFLICT/);
      await ok('unpause', 'box');
    });
  });

  describe('shell', () => {
    const shell = (...args: string[]) => daemon.pouch('shell', ...args);

    it('is the login shell of a user, in its home and with its profile', async () => {
      await ok('exec', 'box', 'useradd', '-m', '-s', '/bin/bash', 'bob');
      await inBox('echo "export OWN=profile" >>/home/bob/.profile');
      const script = 'shopt -q login_shell && echo "$USER $LOGNAME $HOME $SHELL $PWD $OWN"';
      const login = await shell('box', '-u', 'bob', '--', 'bash', '-c', 'echo "$0 $OWN"');
      assert.equal(login.stdout, 'bash profile\n');
      const { stdout } = await shell('-u', 'bob', 'box', '--', 'eval', script);
      assert.equal(stdout, 'bob bob /home/bob /bin/bash /home/bob profile\n');
      assert.equal((await shell('box', '--', 'id', '-un')).stdout, 'root\n');
    });

    it('has a terminal of its own if the client has one', async () => {
      const { host } = daemon.it;
      const command = `${pouchClient} shell -u bob box -- tty`;
      const { stdout } = await execa('script', ['-qec', command, '/dev/null'], { env: { POUCH_HOST: host } });
      assert.match(stdout, /\/dev\/pts\/\d+/);
      assert.match((await shell('-u', 'bob', 'box', '--', 'tty')).stdout, /not a tty/);
    });

    it('passes arguments as they are, and the exit code', async () => {
      const words = ["it's", '$HOME', 'a  b', '*', '\\n', '!'];
      const { stdout } = await shell('box', '--', 'printf', '<%s>', ...words);
      assert.equal(stdout, words.map((word) => `<${word}>`).join(''));
      assert.equal((await shell('box', '--', 'sh', '-c', 'exit 7')).exitCode, 7);
    });

    it('is /bin/sh if that of the account does not exist, and / is the directory if its home does not', async () => {
      await ok('exec', 'box', 'useradd', '-M', '-s', '/bin/nosuchsh', 'ghost');
      const { stdout } = await shell('-u', 'ghost', 'box', '--', 'sh', '-c', 'echo "$SHELL $PWD"');
      assert.equal(stdout, '/bin/sh /\n');
    });

    it('of a user that does not exist has a coded error and the exit code 126', async () => {
      const { exitCode, stderr } = await shell('-u', 'nosuch', 'box');
      assert.equal(exitCode, 126);
      assert.match(stderr, /\/etc\/passwd has no user "nosuch"[^]*PCH_USER_NOT_FOUND/);
    });

    it('works in plain containers, has the container’s variables, and no secrets of it', async () => {
      const secret = ['--secret-env', 'KEY=hidden', '-e', 'APP=shown'];
      await ok('run', '-d', '--name', 'sealed', '--network', 'none', ...secret, 'busybox', 'sleep', '1000');
      const { stdout } = await shell(
        'sealed',
        '-e',
        'MORE=1',
        '--',
        'sh',
        '-c',
        'echo "$APP $KEY $MORE $PWD"',
      );
      assert.equal(stdout, 'shown  1 /root\n');
    });
  });

  it('ps --rich has mode, readiness, users, addresses and uptime of rich containers only', async () => {
    const mode = ['--rich', '--rich-mode', 'sbin-init', '--restart', 'always', '--initscript'];
    // One record of utmp(5): USER_PROCESS, pid 1, its terminal and its name.
    const utmp = String.raw`printf '\007\0\0\0\001\0\0\0pts/0'; head -c 31 /dev/zero; printf bob; head -c 337 /dev/zero`;
    const script = `#!/bin/sh\nmkdir -p /var/run; { ${utmp}; } >/var/run/utmp`;
    await ok('run', '-d', '--name', 'listed', ...mode, script, '--wait', 'busybox');
    const { Networks } = (await daemon.it.inspect('listed'))!.NetworkSettings;
    const address = Object.values(Networks ?? {})[0]!.IPAddress!;
    const table = await ok('ps', '--rich', '--filter', 'name=listed');
    assert.match(table, /^NAMES +IMAGE +MODE +READINESS +FAILED UNITS +ADDRESSES +USERS +UPTIME\n/);
    assert.match(table, new RegExp(`\\nlisted +busybox +sbin-init +running +${address} +1 +.*second`));
    const names = await ok('ps', '--rich', '--format', '{{.Names}}');
    assert.ok(names.split('\n').includes('box') && !names.includes('plain'), names);
    assert.equal(await ok('ps', '--rich', '--filter', 'rich=systemd', '--format', '{{.Names}}'), 'box');
    assert.match(await ok('ps', '--rich', '-q', '--filter', 'name=listed'), /^[0-9a-f]{12}$/);
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
