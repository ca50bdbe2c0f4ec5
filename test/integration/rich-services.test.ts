import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Longest that a rich container may take to boot, on a loaded host. */
const withinMs = 60_000;

const brokenUnit = '[Service]\nType=oneshot\nExecStart=/bin/false\n';
const wantsIt = '[Unit]\nWants=broken.service\n';

describe('rich containers and their services', function () {
  this.timeout(180_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const base = ['run', '-d', '--name', 'box', '--network', 'none', '--rich'];
  let dir: string;

  useDebian(daemon);
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ready-'));
    await chmod(dir, 0o755);
    await writeFile(join(dir, 'broken.service'), brokenUnit);
    await writeFile(join(dir, 'wants.conf'), wantsIt);
  });
  after(() => rm(dir, { recursive: true, force: true }));
  afterEach(() => daemon.pouch('rm', '-f', 'box'));

  const status = () => ok('ps', '-a', '--filter', 'name=box', '--format', '{{.Status}}');
  const state = async () => (await daemon.it.inspect('box'))!.State;

  it('a systemd that has booted is running: in run --wait, ps, inspect and events', async () => {
    await ok(...base, '--wait', debian);
    assert.match(await status(), /^Up .* \(running\)/);
    const { Health, Readiness } = await state();
    assert.equal(Health?.Status, 'healthy');
    assert.equal(Readiness?.State, 'running');
    const events = await ok('events', '--since', '1m', '--until', '0s', '--filter', 'container=box');
    assert.match(events, /health_status: healthy .*readiness=running/);
    assert.doesNotMatch(events, /exec_/);
  });

  it('a failed unit makes it degraded, by name, and run --wait fails', async () => {
    const units = '/etc/systemd/system';
    const broken = `${dir}/broken.service:${units}/broken.service:ro`;
    const wants = `${dir}/wants.conf:${units}/multi-user.target.d/wants.conf:ro`;
    const run = await daemon.pouch(...base, '--wait', '-v', broken, '-v', wants, debian);
    assert.equal(run.exitCode, 1);
    assert.match(run.stderr, /box is up, and has failed: broken\.service/);
    assert.match(run.stderr, /pouch exec box systemctl status broken\.service/);
    assert.match(await status(), /\(degraded: broken\.service\)/);
    assert.deepEqual((await state()).Readiness?.FailedUnits, ['broken.service']);
    assert.equal((await state()).Health?.Status, 'unhealthy');
  });

  it('a boot that ends in maintenance mode has failed', async () => {
    const run = await daemon.pouch(
      ...base,
      ...['--wait', '-v', '/dev/null:/etc/systemd/system/default.target:ro', debian],
    );
    assert.equal(run.exitCode, 1);
    assert.match(run.stderr, /box has failed to boot: systemd is in maintenance mode/);
    assert.match(await status(), /\(failed: systemd is in maintenance mode\)/);
  });

  it('an init that ends at once is reported with its exit code', async () => {
    const run = await daemon.pouch(
      ...[...base, '--wait', '--rich-mode', 'sbin-init', '--initscript', '#!/bin/sh\nexit 9', 'busybox'],
      'true',
    );
    assert.equal(run.exitCode, 1);
    assert.match(run.stderr, /box has ended with exit code 9 before it was up/);
    assert.equal((await state()).Readiness, undefined);
  });

  it('warns of what services ask for and do not get, in run --wait and inspect', async () => {
    const unit = ['[Service]', 'ExecStart=/bin/sleep infinity', 'PrivateTmp=yes', 'MemoryMax=1G', 'Nice=-5'];
    await writeFile(join(dir, 'asking.service'), `${unit.join('\n')}\n`);
    await writeFile(join(dir, 'wants.conf'), '[Unit]\nWants=asking.service\n');
    const units = '/etc/systemd/system';
    const mounts = [
      `asking.service:${units}/asking.service`,
      `wants.conf:${units}/multi-user.target.d/wants.conf`,
    ];
    const run = (...options: string[]) =>
      daemon.pouch(
        ...base,
        '--wait',
        ...options,
        ...mounts.flatMap((mount) => ['-v', `${dir}/${mount}:ro`]),
        debian,
      );
    const { exitCode, stderr } = await run('--userns', 'host');
    assert.equal(exitCode, 0, stderr);
    const noMount = 'asking.service does not get PrivateTmp=: systemd may not mount';
    assert.ok(stderr.includes(`WARNING: ${noMount}\n`), stderr);
    assert.match(stderr, /asking\.service does not get Nice=-5: the container may not raise priorities/);
    const inspected = (await daemon.it.inspect('box'))!;
    assert.ok(inspected.Warnings?.includes(noMount));
    await ok('rm', '-f', 'box');
    const own = await run();
    assert.doesNotMatch(own.stderr, /PrivateTmp/);
    assert.match(own.stderr, /Nice=-5/);
  });

  it('the boot scripts of /sbin/init have ended when it is running', async () => {
    await ok(...base, '--wait', '--rich-mode', 'sbin-init', 'busybox', 'sleep', '1000');
    assert.match(await status(), /\(running\)/);
  });

  it('a mode without a boot, and a plain container, are ready when they run', async () => {
    await ok(...base, '--wait', '--rich-mode', 'dumb-init', 'busybox', 'sleep', '1000');
    assert.doesNotMatch(await status(), /\(/);
    assert.equal(await ok('wait', '--condition', 'ready', 'box'), '0');
  });

  it('a daemon that was killed while it waits continues', async () => {
    await ok(...base, debian);
    assert.match(await status(), /\(starting\)/);
    await daemon.it.kill9();
    await daemon.it.start();
    const isRunning = async () => (await state()).Readiness?.State === 'running';
    assert.ok(await waitUntil(isRunning, { withinMs }), await status());
  });

  it('the log has the journal, from the boot on', async () => {
    await ok(...base, '--wait', debian);
    const hasJournal = async (text: RegExp) => text.test(await ok('logs', 'box'));
    const isUp = /systemd\[1\]: (Reached target|Startup finished)/;
    assert.ok(await waitUntil(() => hasJournal(isUp), { withinMs }), await ok('logs', 'box'));
    await ok('exec', 'box', 'logger', 'a line of a service');
    assert.ok(await waitUntil(() => hasJournal(/: a line of a service/), { withinMs }));
  });

  it('variables of the container are in services and logins, and other lines of /etc/environment stay', async () => {
    await ok(...base, '--wait', '-e', "APP=it's", debian);
    const inService = ['systemd-run', '--quiet', '--pipe', '--wait', 'printenv', 'APP'];
    assert.equal(await ok('exec', 'box', ...inService), "it's");
    assert.equal(await ok('exec', 'box', 'env', '-i', 'bash', '-lc', 'echo $APP'), "it's");
    await ok('exec', 'box', 'sh', '-c', 'echo OWN=line >>/etc/environment');
    await ok('restart', 'box');
    const file = await ok('exec', 'box', 'cat', '/etc/environment');
    assert.deepEqual(file.match(/^(APP|OWN)=.*$/gm)?.sort(), ["APP=it's", 'OWN=line']);
  });

  it('labels ask for a rich container, and for its mode', async () => {
    const labels = ['--label', 'io.pouch.rich=true', '--label', 'io.pouch.rich.mode=dumb-init'];
    await ok('run', '-d', '--name', 'box', '--network', 'none', ...labels, 'busybox', 'sleep', '1000');
    assert.match(await ok('exec', 'box', 'cat', '/proc/1/cmdline'), /\.pouch\/init/);
    const wrong = await daemon.pouch('run', '--rm', '--label', 'io.pouch.rich=yes', 'busybox', 'true');
    assert.match(wrong.stderr, /expected true or false, found "yes"/);
  });
});
