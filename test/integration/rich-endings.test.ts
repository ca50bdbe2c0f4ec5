import assert from 'node:assert/strict';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Longest that a rich container may take to boot, reboot or power off, on a loaded host. */
const withinMs = 60_000;

describe('how rich containers end', function () {
  this.timeout(180_000);
  const daemon = useDaemon();
  const { ok } = daemon;

  useDebian(daemon);

  afterEach(() => daemon.pouch('rm', '-f', 'box'));

  const modes = [
    { mode: 'sbin-init', image: ['busybox', 'sleep', '1000'], isUp: ['ps'] },
    { mode: 'systemd', image: [debian], isUp: ['systemctl', 'is-active', 'multi-user.target'] },
  ];
  const state = async (name: string) => (await daemon.it.inspect(name))!.State;

  async function begin(name: string, { mode, image, isUp }: (typeof modes)[number], ...options: string[]) {
    await ok(
      ...['run', '-d', '--name', name, '--network', 'none', '--rich', '--rich-mode', mode],
      ...options,
      ...image,
    );
    await booted(name, isUp);
  }

  async function booted(name: string, isUp: string[]) {
    const hasBooted = async () => (await daemon.pouch('exec', name, ...isUp)).exitCode === 0;
    assert.ok(await waitUntil(hasBooted, { withinMs }), `${name} boots`);
  }

  /** Resolves when the container runs again since a time. */
  async function startedAgain(name: string, since: string) {
    const isUp = async () => {
      const { Status, StartedAt } = await state(name);
      return Status === 'running' && StartedAt !== since;
    };
    assert.ok(await waitUntil(isUp, { withinMs }), `${name} runs again`);
  }

  async function untilStatus(name: string, status: string) {
    const reached = async () => (await state(name)).Status === status;
    assert.ok(await waitUntil(reached, { withinMs }), `${name} is ${status}`);
  }

  for (const runtime of ociRuntimes)
    for (const mode of modes)
      describe(`${mode.mode}: ${runtime}`, () => {
        it('a reboot inside starts it again without a policy, and a power-off stays under always', async () => {
          await begin('box', mode, '--runtime', runtime, '--restart', 'no');
          const { StartedAt } = await state('box');
          const since = String(Math.floor(Date.now() / 1000) - 1);
          await daemon.pouch('exec', 'box', 'reboot');
          await startedAgain('box', StartedAt);
          const events = await ok('events', '--since', since, '--until', '0s', '--filter', 'event=die');
          assert.match(events, /ending=reboot/);

          await booted('box', mode.isUp);
          await ok('update', '--restart', 'always', 'box');
          await daemon.pouch('exec', 'box', 'poweroff');
          await untilStatus('box', 'exited');
          const { ExitCode, Ending } = await state('box');
          assert.deepEqual([ExitCode, Ending], [0, 'poweroff']);
          assert.match(await ok('ps', '-a', '--filter', 'name=box'), /Exited \(0\) .* ago \(powered off\)/);

          await ok('start', 'box');
          assert.equal((await state('box')).Ending, undefined);
        });

        it('its user’s stop wins over a reboot', async () => {
          await begin('box', mode, '--runtime', runtime, '--restart', 'always');
          await daemon.pouch('exec', 'box', 'reboot');
          await ok('stop', '-t', '60', 'box');
          const { Status, Ending } = await state('box');
          assert.equal(Status, 'exited');
          // It may have rebooted before the stop began.
          if (Ending !== undefined) assert.equal(Ending, 'reboot');
        });

        it('a crash is up to the policy', async () => {
          await begin('box', mode, '--runtime', runtime, '--restart', 'on-failure');
          const { StartedAt, Pid } = await state('box');
          process.kill(Pid, 'SIGKILL');
          await startedAgain('box', StartedAt);
        });
      });

  for (const runtime of ociRuntimes)
    it(`an intruder with root cannot load a kernel, not even without seccomp: ${runtime}`, async () => {
      for (const profile of [[], ['--security-opt', 'seccomp=unconfined']]) {
        await begin('box', modes[1]!, '--runtime', runtime, ...profile);
        const calls = await ok('exec', 'box', 'perl', '-e', intrude);
        // EPERM, by the filter: this comes before the kernel's own checks. EINVAL: no such command in a namespace.
        assert.equal(calls, 'kexec_load 1, kexec_file_load 1, reboot to the loaded kernel 22');
        await ok('rm', '-f', 'box');
      }
    });

  it('systemd: a command does not hide a reboot and a power-off', async () => {
    await begin('box', { ...modes[1]!, image: [debian, 'sleep', 'infinity'] });
    const { StartedAt } = await state('box');
    await daemon.pouch('exec', 'box', 'reboot');
    await startedAgain('box', StartedAt);
    await booted('box', modes[1]!.isUp);
    await daemon.pouch('exec', 'box', 'poweroff');
    await untilStatus('box', 'exited');
    const { ExitCode, Ending } = await state('box');
    assert.deepEqual([ExitCode, Ending], [0, 'poweroff']);
  });

  it('comes back after a power-off with --restart-after-poweroff', async () => {
    await begin('box', modes[0]!, '--restart-after-poweroff');
    const { StartedAt } = await state('box');
    await daemon.pouch('exec', 'box', 'poweroff');
    await startedAgain('box', StartedAt);
  });

  for (const code of [129, 130])
    it(`systemd: a command that exits with ${code} is neither a reboot nor a power-off`, async () => {
      const run = ['--network', 'none', '--rich', debian, 'sh', '-c', `exit ${code}`];
      assert.equal((await daemon.pouch('run', '--name', 'box', ...run)).exitCode, code);
      const { Status, ExitCode, Ending } = await state('box');
      assert.deepEqual([Status, ExitCode, Ending], ['exited', code, undefined]);
    });

  sampleTests(this);
});

/** Prints the errors of system calls of x86-64 that would replace the kernel; without a kernel image. */
const intrude = `
my %call = ('kexec_load' => [246, 0, 0, 0, 0], 'kexec_file_load' => [320, -1, -1, 0, 0, 0],
  'reboot to the loaded kernel' => [169, 0xfee1dead, 672274793, 0x45584543, 0]);
print join ', ', map { my ($n, @more) = @{$call{$_}}; syscall($n, @more); $_ . ' ' . ($! + 0) }
  'kexec_load', 'kexec_file_load', 'reboot to the loaded kernel';`;
