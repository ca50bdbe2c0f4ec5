import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { provideDebian } from '../support/debianImage.ts';
import { useDaemon } from '../support/useDaemon.ts';

const pouch = resolve(import.meta.dirname, '../../bin/pouch');
const withinMs = 60_000;

describe('how a rich container in the foreground is ended', function () {
  this.timeout(120_000);
  const daemon = useDaemon();
  const { ok } = daemon;

  before(async function () {
    this.timeout(600_000);
    await provideDebian(daemon.it);
  });
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

  /** Runs `id` beside a service, and returns what the run has printed and its exit code. */
  async function besideService(lines: string[], ...options: string[]) {
    const units = join(daemon.it.dir, 'units');
    mkdirSync(units, { recursive: true });
    const unit = ['[Service]', 'SendSIGKILL=no', 'TimeoutStopSec=infinity', ...lines].join('\n');
    writeFileSync(join(units, 'other.service'), `${unit}\n`);
    writeFileSync(join(units, 'wants.conf'), '[Unit]\nWants=other.service\n');
    const run = '/run/systemd/system';
    const volumes = [
      ...['-v', `${units}/other.service:${run}/other.service:ro`],
      ...['-v', `${units}/wants.conf:${run}/multi-user.target.d/other.conf:ro`],
    ];
    const args = [
      '--rm',
      '--network',
      'none',
      '--rich',
      ...volumes,
      ...options,
      debian,
      'sh',
      '-c',
      'id -u; exit 3',
    ];
    const { stdout, exitCode } = await daemon.pouch('run', ...args);
    return [stdout, exitCode];
  }

  it('a command that ends before a service has started, which loses signals until then, ends the container', async () => {
    const starts = 'trap "" TERM; sleep 2; systemd-notify --ready; trap - TERM; exec sleep infinity';
    const service = ['Type=notify', 'NotifyAccess=all', `ExecStart=/bin/sh -c '${starts}'`];
    assert.deepEqual(await besideService(service), ['0\n', 3]);
  });

  it('a service that never stops does not hold up the end of the container', async () => {
    const service = [`ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'`];
    assert.deepEqual(await besideService(service, '--stop-timeout', '2'), ['0\n', 3]);
  });
});
