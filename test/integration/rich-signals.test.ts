import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { useDaemon } from '../support/useDaemon.ts';

const pouch = resolve(import.meta.dirname, '../../bin/pouch');
const withinMs = 60_000;

describe('how a rich container in the foreground is ended', function () {
  this.timeout(120_000);
  const daemon = useDaemon();
  const { ok } = daemon;

  useDebian(daemon);
  afterEach(() => daemon.pouch('rm', '-f', 'box'));

  /** Runs a command in the foreground. */
  function begin(...command: string[]) {
    const args = ['run', '--name', 'box', '--network', 'none', '--rich', debian, ...command];
    const client = spawn(pouch, args, { env: { ...process.env, POUCH_HOST: daemon.it.host } });
    return { client, ended: once(client, 'exit') as Promise<[number | null]> };
  }

  async function until(what: string, condition: () => Promise<boolean>) {
    assert.ok(await waitUntil(condition, { withinMs }), what);
  }

  const isUp = async () => (await daemon.it.inspect('box'))?.State.Running === true;
  const runs = async () =>
    (await daemon.pouch('exec', 'box', 'systemctl', 'is-active', 'pouch-command')).exitCode === 0;

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`${signal} stops it by its own signal, early in its boot and later`, async () => {
      for (const condition of [isUp, runs]) {
        const { client, ended } = begin('sleep', 'infinity');
        await until('it runs', condition);
        client.kill(signal);
        assert.deepEqual(await ended, [143, null]);
        assert.equal((await daemon.it.inspect('box'))?.State.Status, 'exited');
        await ok('rm', 'box');
      }
    });

  it('a second signal kills it', async () => {
    const { client, ended } = begin('sh', '-c', 'trap "" TERM; while :; do sleep 1; done');
    await until('it runs', runs);
    client.kill('SIGTERM');
    const isStopping = async () =>
      /stopping/.test((await daemon.pouch('exec', 'box', 'systemctl', 'is-system-running')).stdout);
    await until('it stops', isStopping);
    client.kill('SIGTERM');
    assert.deepEqual(await ended, [137, null]);
  });

  /** Returns options of `pouch run` that add a service of systemd. */
  function withService(...lines: string[]): string[] {
    const units = join(daemon.it.dir, 'units');
    mkdirSync(units, { recursive: true });
    const unit = ['[Service]', 'SendSIGKILL=no', 'TimeoutStopSec=infinity', ...lines].join('\n');
    writeFileSync(join(units, 'other.service'), `${unit}\n`);
    writeFileSync(join(units, 'wants.conf'), '[Unit]\nWants=other.service\n');
    const run = '/run/systemd/system';
    return [
      ...['-v', `${units}/other.service:${run}/other.service:ro`],
      ...['-v', `${units}/wants.conf:${run}/multi-user.target.d/other.conf:ro`],
    ];
  }

  /** Runs `id`, and returns what the run has printed and its exit code. */
  async function runId(...options: string[]) {
    const command = [debian, 'sh', '-c', 'id -u; exit 3'];
    const all = ['--rm', '--network', 'none', '--rich', ...options, ...command];
    const { stdout, exitCode } = await daemon.pouch('run', ...all);
    return [stdout, exitCode];
  }

  it('a command that ends before a service has started, which loses signals until then, ends the container', async () => {
    const starts = 'trap "" TERM; sleep 2; systemd-notify --ready; trap - TERM; exec sleep infinity';
    const service = withService('Type=notify', 'NotifyAccess=all', `ExecStart=/bin/sh -c '${starts}'`);
    assert.deepEqual(await runId(...service), ['0\n', 3]);
  });

  it('a service that never stops does not hold up the end of the container', async () => {
    const service = withService(`ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'`);
    assert.deepEqual(await runId(...service, '--stop-timeout', '2'), ['0\n', 3]);
  });

  it('a stop shows which service it waits for', async () => {
    const service = withService(
      `ExecStart=/bin/sh -c 'trap "sleep 4; exit 0" TERM; while :; do sleep 0.1; done'`,
    );
    await ok('run', '-d', '--name', 'box', '--network', 'none', '--rich', ...service, debian);
    const started = ['exec', 'box', 'systemctl', 'is-active', 'other.service', 'multi-user.target'];
    await until('it runs', async () => (await daemon.pouch(...started)).stdout === 'active\nactive\n');
    const { stderr, exitCode } = await daemon.pouch('stop', 'box');
    assert.equal(exitCode, 0);
    assert.match(stderr, /^box: waiting for other\.service, \d s$/m);
    assert.equal((await daemon.it.inspect('box'))?.State.ExitCode, 0);
  });

  it('the small init passes on a stop at once', async () => {
    const run = ['-d', '--name', 'box', '--network', 'none', '--rich', '--rich-mode', 'dumb-init'];
    await ok('run', ...run, 'busybox', 'sleep', '1000');
    await ok('stop', '-t', '60', 'box');
    assert.equal((await daemon.it.inspect('box'))?.State.ExitCode, 143);
  });

  it('a stop shows which process another init waits for', async () => {
    const stubborn = ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'];
    const run = ['-d', '--name', 'box', '--network', 'none', '--rich', '--rich-mode', 'dumb-init'];
    await ok('run', ...run, 'busybox', ...stubborn);
    const { stderr } = await daemon.pouch('stop', '-t', '4', 'box');
    assert.match(stderr, /^box: waiting for .*sh.*, \d s$/m);
    assert.equal((await daemon.it.inspect('box'))?.State.ExitCode, 137);
  });
});
