import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { type DebianImage, useDebian } from '../support/debianImage.ts';
import { initImages } from '../support/initImages.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { someKinds } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Longest that a rich container may take to boot or reboot, on a loaded host. */
const withinMs = 60_000;
/** Longest that a clean stop may take, on a loaded host. */
const stopWithinMs = 15_000;

interface Mode {
  mode: string;
  image: DebianImage;
  reason: RegExp;
}

const all: Mode[] = [
  { mode: 'sbin-init', image: initImages.sysvinit, reason: /the image has \/sbin\/init/ },
  { mode: 'openrc', image: initImages.openrc, reason: /the image has OpenRC/ },
  { mode: 'runit', image: initImages.runit, reason: /the image has \/sbin\/init of runit/ },
  // Debian's package of s6 has the programs, and no services: the mode is named, and they are mounted.
  { mode: 's6', image: initImages.s6, reason: /rich\.mode +s6/ },
];

/** Each needs an image of its own, which is bootstrapped. */
const modes = someKinds(all, 'inits of Debian');

describe('inits of Debian other than systemd', function () {
  this.timeout(180_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  let services: string;
  let broken: string;

  for (const { image } of modes) useDebian(daemon, image);
  before(async () => {
    services = await mkdtemp(join(tmpdir(), 's6-'));
    await addService(services, 'sshd', 'mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e');
    await addService(services, 'cron', 'exec cron -f');
    broken = await mkdtemp(join(tmpdir(), 'broken-'));
    for (const directory of [services, broken]) await chmod(directory, 0o755);
  });
  after(async () => {
    for (const directory of [services, broken]) await rm(directory, { recursive: true, force: true });
  });
  afterEach(() => daemon.pouch('rm', '-f', 'box'));

  const base = (mode: string) => [
    ...['run', '--name', 'box', '--network', 'none', '--rich'],
    ...(mode === 's6' ? ['--rich-mode', 's6', '-v', `${services}:/etc/s6/services:ro`] : []),
  ];
  const state = async () => (await daemon.it.inspect('box'))!.State;
  const inside = (script: string) => ok('exec', 'box', 'sh', '-c', script);
  const keys = () => inside('cat /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/ssh_host_ecdsa_key.pub');
  const hasServices = async () => {
    const both = async () =>
      (await pouch('exec', 'box', 'sh', '-c', 'pgrep sshd && pgrep cron')).exitCode === 0;
    assert.ok(await waitUntil(both, { withinMs }), await inside('ps ax'));
  };

  /** By `pouch svc`, with every init. */
  async function managesCron() {
    const cron = async () => {
      const { stdout, stderr } = await pouch('svc', 'status', 'box', 'cron', '--format', '{{.State}}');
      return stdout.trim() || stderr;
    };
    assert.equal(await cron(), 'running');
    await ok('svc', 'stop', 'box', 'cron');
    assert.equal(await cron(), 'stopped');
    await ok('svc', 'start', 'box', 'cron');
    await ok('svc', 'restart', 'box', 'cron');
    assert.equal(await cron(), 'running');
    assert.match((await pouch('svc', 'start', 'box', 'nosuch')).stderr, /PCH_UNIT_NOT_FOUND/);
  }

  for (const { mode, image, reason } of modes)
    describe(`${mode} of ${image.reference}`, () => {
      for (const runtime of ociRuntimes)
        it(`boots with sshd and cron, reboots, keeps its host keys, and stops in time: ${runtime}`, async () => {
          await ok(...base(mode), '-d', '--wait', '--runtime', runtime, '-e', "APP=it's", image.reference);
          assert.match(await ok('explain', 'box'), reason);
          assert.match(await ok('ps', '--filter', 'name=box'), /\(running\)/);
          await hasServices();
          assert.equal(await inside('env -i bash -lc \'echo "$APP"\''), "it's");
          const first = await keys();
          await managesCron();

          const { StartedAt } = await state();
          await pouch('exec', 'box', 'reboot');
          const isAgain = async () => {
            const { Status, StartedAt: since } = await state();
            return Status === 'running' && since !== StartedAt;
          };
          assert.ok(await waitUntil(isAgain, { withinMs }), 'it runs again');
          assert.equal(await ok('wait', '--condition', 'ready', 'box'), '0');
          await hasServices();
          assert.equal(await keys(), first);

          const begin = Date.now();
          await ok('stop', 'box');
          assert.ok(Date.now() - begin < stopWithinMs, `it took ${Date.now() - begin} ms to stop`);
          const { ExitCode, Ending } = await state();
          assert.deepEqual([ExitCode, Ending], [0, undefined]);
        });

      for (const runtime of ociRuntimes)
        it(`ends with the command, which has its user, directory, variables and output to itself: ${runtime}`, async () => {
          const odd = `a "b" 'c' $HOME\nend`;
          const script = 'printf "%s|%s|%s" "$(id -un)" "$PWD" "$ODD"; echo oops >&2; exit 7';
          const run = await pouch(
            ...[...base(mode), '--userns', 'auto', '--runtime', runtime],
            ...['-u', 'nobody', '-w', '/usr/share', '-e', `ODD=${odd}`, image.reference, 'sh', '-c', script],
          );
          assert.deepEqual([run.stdout, run.stderr, run.exitCode], [`nobody|/usr/share|${odd}`, 'oops\n', 7]);
          const { ExitCode, Ending } = await state();
          assert.deepEqual([ExitCode, Ending], [7, undefined]);
        });
    });

  for (const { mode, image } of modes)
    it(`a power-off inside stays one, and a stop has the exit code of the command: ${mode}`, async () => {
      const command = ['sh', '-c', 'trap "exit 5" TERM; while :; do sleep 0.1; done'];
      await ok(...base(mode), '-d', '--wait', '--restart', 'always', image.reference, ...command);
      await pouch('exec', 'box', 'poweroff');
      const isOff = async () => (await state()).Status === 'exited';
      assert.ok(await waitUntil(isOff, { withinMs }), 'it is off');
      const { ExitCode, Ending } = await state();
      assert.deepEqual([ExitCode, Ending], [0, 'poweroff']);
      await ok('start', 'box');
      await ok('wait', '--condition', 'ready', 'box');
      const { StartedAt } = await state();
      await ok('reboot', 'box');
      assert.ok((await state()).StartedAt > StartedAt, 'it has been started again');
      await ok('wait', '--condition', 'ready', 'box');
      await ok('poweroff', 'box');
      assert.equal((await state()).Ending, 'poweroff');
      await ok('start', 'box');
      await ok('wait', '--condition', 'ready', 'box');
      await ok('stop', 'box');
      assert.equal((await state()).ExitCode, 5);
    });

  const bind = (path: string, destination: string) => ['-v', `${join(broken, path)}:${destination}:ro`];
  const withBroken: Record<string, () => string[]> = {
    s6: () => ['--rich-mode', 's6', ...bind('', '/service')],
    openrc: () =>
      ['/etc/init.d/broken', '/etc/runlevels/default/broken'].flatMap((path) => bind('script', path)),
    // runit keeps the state of a service in its directory.
    runit: () => ['-v', `${join(broken, 'broken')}:/etc/runit/runsvdir/default/broken`],
  };
  for (const { mode, image } of modes)
    if (withBroken[mode])
      it(`names a service that fails: ${mode}`, async () => {
        await addService(broken, 'broken', 'exit 1');
        const script = '#!/sbin/openrc-run\nstart() { return 1; }\n';
        await writeFile(join(broken, 'script'), script, { mode: 0o755 });
        const options = withBroken[mode]!();
        const run = await pouch(
          ...['run', '--name', 'box', '--network', 'none', '--rich', '-d', '--wait', ...options],
          image.reference,
        );
        assert.equal(run.exitCode, 1, run.stderr);
        assert.deepEqual((await state()).Readiness?.FailedUnits, ['broken']);
      });
});

/** Adds a service of s6 or runit. */
async function addService(directory: string, name: string, script: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'run'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}
