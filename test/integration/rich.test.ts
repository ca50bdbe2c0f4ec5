import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { layerDirectories } from '../../core/containerd/api/layerDirectories.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { provideDebian } from '../support/debianImage.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { someOf } from '../support/someOf.ts';
import { TestPouchd } from '../support/TestPouchd.ts';

/** Longest that a rich container may take to boot and power off, on a loaded host. */
const bootWithinMs = 60_000;

describe('rich containers', function () {
  this.timeout(120_000);
  let pouchd: TestPouchd;

  before(async () => {
    pouchd = await TestPouchd.create();
  });
  after(() => pouchd?.dispose());

  /** A command that runs as a service with a setting. */
  function sandboxed(setting: string, script: string): string {
    return `systemd-run -q --wait -P -p ${setting} sh -c '${script}'`;
  }

  function rich(...args: string[]) {
    return pouchd.pouch('run', '--rm', '--network', 'none', '--rich', ...args);
  }

  describe('dumb-init on busybox', () => {
    it('runs the command under a small init, with its exit code', async () => {
      const { stdout, exitCode } = await rich(
        '--rich-mode',
        'dumb-init',
        'busybox',
        'sh',
        '-c',
        'ps; exit 3',
      );
      assert.match(stdout, /1 root +.*\/\.pouch\/init -- sh -c/);
      assert.equal(exitCode, 3);
    });

    it('runs the init script as root first', async () => {
      const script = '#!/bin/sh\necho script $(id -u)\n';
      const { stdout } = await rich(
        '--rich-mode',
        'dumb-init',
        '--initscript',
        script,
        'busybox',
        'echo',
        'command',
      );
      assert.equal(stdout, 'script 0\ncommand\n');
    });

    it('passes it arguments, and runs lines of shell after it, within their time', async () => {
      const mode = ['--rich-mode', 'dumb-init'];
      const { stdout } = await rich(
        ...[
          ...mode,
          '--initscript',
          '/bin/echo',
          '--initscript-arg',
          'a b',
          '--initcmd',
          'echo line $(id -u)',
        ],
        ...['busybox', 'echo', 'command'],
      );
      assert.equal(stdout, 'a b\nline 0\ncommand\n');
      const late = await rich(
        ...mode,
        '--init-timeout',
        '1',
        '--initcmd',
        'sleep 1000',
        'busybox',
        'echo',
        'never',
      );
      assert.deepEqual([late.stdout, late.exitCode], ['', 124]);
      assert.match(late.stderr, /what runs before the command did not end within 1 s/);
    });

    it('refuses arguments without a script', async () => {
      const { stderr, exitCode } = await rich('--initscript-arg', 'x', 'busybox', 'true');
      assert.equal(exitCode, 125);
      assert.match(stderr, /--initscript-arg: expected --initscript, whose arguments they are, found none/);
    });

    it('ends with the exit code of a failing init script', async () => {
      const { stdout, exitCode } = await rich(
        '--rich-mode',
        'dumb-init',
        '--initscript',
        '#!/bin/sh\nexit 9',
        'busybox',
        'echo',
        'no',
      );
      assert.deepEqual({ stdout, exitCode }, { stdout: '', exitCode: 9 });
    });
  });

  // Docker's fourteen (core/plan/capabilities.ts), of which nothing is inherited; reboot(2) is how an init powers off.
  const capabilities = { 'dumb-init': '00000000a80425fb', 'sbin-init': '00000000a84425fb' };
  for (const [mode, held] of Object.entries(capabilities))
    for (const runtime of ociRuntimes)
      it(`${mode} has its capabilities and no more, for its init and for all that it starts: ${runtime}`, async () => {
        const script = "grep -h '^Cap[IPEBA]' /proc/1/status /proc/self/status | sort | uniq -c";
        const flags = ['--network', 'none', '--runtime', runtime, '--rich', '--rich-mode', mode];
        await pouchd.pouch('run', '-d', '--name', 'caps', ...flags, 'busybox', 'sleep', '1000');
        const { stdout } = await pouchd.pouch('exec', 'caps', 'sh', '-c', script);
        const sets = stdout.trim().split('\n');
        const none = '0000000000000000';
        assert.deepEqual(
          sets.map((line) => line.trim().split(/\s+/).join(' ')),
          [`Amb: ${none}`, `Bnd: ${held}`, `Eff: ${held}`, `Inh: ${none}`, `Prm: ${held}`].map(
            (set) => `2 Cap${set}`,
          ),
        );
        await pouchd.pouch('rm', '-f', 'caps');
      });

  it('dumb-init works with users of its own', async () => {
    const script = 'read _ first _ </proc/self/uid_map; echo $(id -u) $((first > 0)); exit 5';
    const mode = ['--rich-mode', 'dumb-init', '--userns', 'auto'];
    const { stdout, exitCode } = await rich(...mode, 'busybox', 'sh', '-c', script);
    assert.deepEqual({ stdout, exitCode }, { stdout: '0 1\n', exitCode: 5 });
  });

  it('chooses sbin-init for busybox, runs the command beside it, and powers off on stop', async () => {
    const before = await pouchd.inventory();
    const started = await pouchd.pouch(
      'run',
      '-d',
      '--name',
      'box',
      '--network',
      'none',
      '--rich',
      'busybox',
      'sleep',
      '1000',
    );
    assert.equal(started.exitCode, 0, started.stderr);
    const { stdout } = await pouchd.pouch('exec', 'box', 'ps');
    assert.match(stdout, / 1 root +init/);
    assert.match(stdout, /sleep 1000/);
    await pouchd.pouch('stop', 'box');
    assert.equal((await pouchd.inspect('box'))?.State.Status, 'exited');
    await pouchd.pouch('rm', 'box');
    assert.deepEqual(await pouchd.leftovers(before), []);
  });

  it('sbin-init works with users of its own', async () => {
    const args = [
      '--name',
      'owner',
      '--network',
      'none',
      '--userns',
      'auto',
      '--rich',
      'busybox',
      'sleep',
      '1000',
    ];
    assert.equal((await pouchd.pouch('run', '-d', ...args)).exitCode, 0);
    assert.match((await pouchd.pouch('exec', 'owner', 'cat', '/proc/1/uid_map')).stdout, /^\s*0\s+\d{6,}/);
    await pouchd.pouch('stop', 'owner');
    await pouchd.pouch('rm', 'owner');
  });

  it('says which init an image lacks and which modes it could run', async () => {
    const { stderr, exitCode } = await rich('--rich-mode', 'systemd', 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(
      stderr,
      /expected \/lib\/systemd\/systemd or \/usr\/lib\/systemd\/systemd in the image .*busybox.*, found neither/,
    );
    assert.match(stderr, /--rich-mode sbin-init or dumb-init/);
    assert.match(stderr, /PCH_INIT_NOT_FOUND/);
  });

  it('names a mode that no plugin provides', async () => {
    const { stderr, exitCode } = await rich('--rich-mode', 'upstart', 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(stderr, /no active plugin provides the rich mode "upstart"/);
  });

  for (const flag of [
    ['--rich-mode', 'systemd'],
    ['--initscript', '/x'],
    ['--initcmd', 'true'],
  ]) {
    it(`refuses ${flag[0]} without --rich`, async () => {
      const { stderr, exitCode } = await pouchd.pouch('run', '--rm', ...flag, 'busybox', 'true');
      assert.equal(exitCode, 125);
      assert.match(stderr, /PCH_OPTION_INVALID/);
    });
  }

  describe('systemd on Debian', () => {
    before(async function () {
      this.timeout(600_000);
      const steps = await provideDebian(pouchd);
      assert.ok(
        steps.length === 0 || steps.some((step) => step.startsWith('installing')),
        'bootstrap reports its steps',
      );
    });

    it('has an image made from packages, without what is the host’s', async () => {
      const { RepoTags, Config } = await pouchd.client.images.inspect(debian);
      assert.deepEqual([RepoTags, Config?.Cmd], [[debian], ['/bin/bash']]);
      const container = await pouchd.createContainer({ Image: debian });
      const layer = layerDirectories(await pouchd.containerd.snapshots.mounts(container))!.at(-1)!;
      const text = (path: string) => readFileSync(join(layer, path), 'utf8');
      assert.match(readlinkSync(join(layer, 'sbin/init')), /^(\/usr)?\/lib\/systemd\/systemd$/);
      assert.equal(text('etc/machine-id'), '');
      assert.equal(text('etc/resolv.conf'), '');
      assert.ok(!existsSync(join(layer, 'etc/ssh/ssh_host_ed25519_key')));
      assert.match(
        text('etc/systemd/system/ssh-host-keys.service'),
        /ssh-keygen .*-t ed25519 .*WantedBy=multi-user\.target/s,
      );
      assert.ok(statSync(join(layer, 'usr/sbin/sshd')).isFile());
      await pouchd.pouch('rm', container);
      assert.deepEqual(await pouchd.containerd.leases.list(), []);
    });

    it('boots without failed units, sshd among them, and powers off on stop without a trace', async () => {
      // The bridge's own rules are the host's: they stay when its first container is gone.
      await pouchd.pouch('run', '--rm', 'busybox', 'true');
      const before = await pouchd.inventory();
      const started = await pouchd.pouch('run', '-d', '--name', 'host1', '--rich', debian);
      assert.equal(started.exitCode, 0, started.stderr);
      const { stdout } = await pouchd.pouch('exec', 'host1', 'sh', '-c', waitForBoot);
      assert.equal(stdout, 'running\nactive\n');
      const begin = Date.now();
      await pouchd.pouch('stop', 'host1');
      assert.ok(Date.now() - begin < 9_000, 'it ended by its own signal, not by SIGKILL after 10 s');
      assert.equal((await pouchd.inspect('host1'))?.State.ExitCode, 0);
      await pouchd.pouch('rm', 'host1');
      assert.deepEqual(await pouchd.leftovers(before), []);
    });

    it('needs no privilege: the default capabilities and reboot(2), and limits that it cannot lift', async () => {
      const probe =
        'grep CapBnd /proc/1/status; read _ first _ </proc/self/uid_map; echo $((first > 0)); touch /sys/fs/cgroup/memory/x 2>/dev/null || echo read-only';
      const { stdout } = await rich('--userns', 'host', debian, 'sh', '-c', probe);
      assert.equal(stdout, 'CapBnd:\t00000000a84425fb\n0\nread-only\n');
      // With users of its own CAP_SYS_ADMIN, which is one over its own namespaces.
      const own = await rich(debian, 'sh', '-c', probe);
      assert.equal(own.stdout, 'CapBnd:\t00000000a86425fb\n1\nread-only\n');
      const dropped = await rich('--cap-drop', 'SYS_ADMIN', debian, 'sh', '-c', probe);
      assert.match(dropped.stdout, /a84425fb/);
    });

    for (const runtime of ociRuntimes)
      it(`has users of its own, a writable cgroup of its own, and units of other users: ${runtime}`, async () => {
        const before = await pouchd.inventory();
        const args = ['--name', 'own', '--network', 'none', '--runtime', runtime, '--rich'];
        const started = await pouchd.pouch('run', '-d', ...args, debian);
        assert.equal(started.exitCode, 0, started.stderr);
        const inside = async (script: string) =>
          (await pouchd.pouch('exec', 'own', 'sh', '-c', script)).stdout;
        const isUp = async () => /running|degraded/.test(await inside('systemctl is-system-running'));
        assert.ok(await waitUntil(isUp, { withinMs: bootWithinMs }));
        assert.equal(await inside('systemctl is-system-running'), 'running\n');
        assert.equal(await inside('systemctl --failed -q; systemctl is-active ssh dbus'), 'active\nactive\n');
        assert.equal(await inside('systemd-run -q --uid nobody --wait -P id -un'), 'nobody\n');
        assert.equal(await inside(sandboxed('PrivateTmp=yes', 'touch /tmp/x; ls /tmp')), 'x\n');
        assert.match(await inside(sandboxed('ProtectSystem=strict', 'touch /usr/x 2>&1')), /Read-only/);
        assert.match(await inside(sandboxed('DynamicUser=yes', 'id -u')), /^6\d{4}\n$/);
        assert.match(await inside('cat /proc/1/uid_map'), /^\s*0\s+\d{6,}\s+65536\n$/);
        await pouchd.pouch('stop', 'own');
        assert.equal((await pouchd.inspect('own'))?.State.ExitCode, 0);
        await pouchd.pouch('rm', 'own');
        assert.deepEqual(await pouchd.leftovers(before), []);
      });

    it('runs the command as a unit with its user, folder, environment and exit code', async () => {
      const odd = `a "b" 'c' $HOME %n \\ tab\tline\nend`;
      const { stdout, stderr, exitCode } = await rich(
        ...['-u', 'nobody', '-w', '/made/here', '-e', `ODD=${odd}`, debian],
        ...['sh', '-c', 'printf "%s|%s|%s" "$(id -un)" "$(pwd)" "$ODD"; echo oops >&2; exit 7'],
      );
      assert.equal(stdout, `nobody|/made/here|${odd}`);
      assert.equal(stderr, 'oops\n');
      assert.equal(exitCode, 7);
    });

    for (const [what, args, expected] of someOf([
      ['a missing command', ['no-such-program'], 127],
      ['a command that cannot be executed', ['/etc/passwd'], 126],
      ['a command that a signal ends', ['sh', '-c', 'kill -9 $$'], 137],
    ] as const)) {
      it(`ends with ${expected} for ${what}`, async () => {
        assert.equal((await rich(debian, ...args)).exitCode, expected);
      });
    }

    it('ends with 143 when its command is stopped, with no output of its own', async () => {
      const args = ['--name', 'stopped', '--network', 'none', '--rich', debian, 'sleep', 'infinity'];
      await pouchd.pouch('run', '-d', ...args);
      const hasStarted = async () =>
        (await pouchd.pouch('exec', 'stopped', 'systemctl', 'is-active', 'pouch-command')).exitCode === 0;
      assert.ok(await waitUntil(hasStarted, { withinMs: bootWithinMs }));
      await pouchd.pouch('stop', 'stopped');
      const { stdout, stderr } = await pouchd.pouch('logs', 'stopped');
      assert.deepEqual([stdout, stderr], ['', '']);
      assert.equal((await pouchd.inspect('stopped'))?.State.ExitCode, 143);
      await pouchd.pouch('rm', 'stopped');
    });

    it('runs a user by number that the image does not know', async () => {
      const { stdout, exitCode } = await rich('-u', '1234:5', debian, 'sh', '-c', 'id -u; id -g; exit 4');
      assert.deepEqual({ stdout, exitCode }, { stdout: '1234\n5\n', exitCode: 4 });
    });

    it('hands stdin to the command', async () => {
      const args = ['run', '-i', '--rm', '--network', 'none', '--rich', debian, 'cat'];
      assert.equal((await pouchd.pouchWith({ input: 'one\ntwo\n' }, ...args)).stdout, 'one\ntwo\n');
    });

    it('runs the init script as root before the command, and ends with its exit code if it fails', async () => {
      const ok = await rich('--initscript', '#!/bin/sh\nid -u', '-u', 'nobody', debian, 'id', '-un');
      assert.equal(ok.stdout, '0\nnobody\n');
      const bad = await rich('--initscript', '#!/bin/sh\nexit 9', debian, 'echo', 'never');
      assert.deepEqual([bad.stdout, bad.exitCode], ['', 9]);
      const line = await rich('--initcmd', 'id -u', '-u', 'nobody', debian, 'id', '-un');
      assert.equal(line.stdout, '0\nnobody\n');
    });
  });
});

/** Waits in the container for the end of its boot. */
const waitForBoot = `for n in $(seq ${bootWithinMs / 100}); do [ -S /run/systemd/private ] && break; sleep 0.1; done
systemctl is-system-running --wait; systemctl is-active ssh; systemctl --failed --no-legend`;
