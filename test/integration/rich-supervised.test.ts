import assert from 'node:assert/strict';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { useDaemon } from '../support/useDaemon.ts';

const withinMs = 60_000;

describe('rich mode supervised', function () {
  this.timeout(120_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const base = ['run', '--name', 'box', '--network', 'none', '--rich'];
  const state = async () => (await daemon.it.inspect('box'))!.State;

  afterEach(() => daemon.pouch('rm', '-f', 'box'));

  for (const runtime of ociRuntimes)
    it(`runs services beside the command, which ends the container: ${runtime}`, async () => {
      const script = 'id -un; logger hello; until [ -e /tmp/went ]; do sleep 0.1; done; exit 7';
      const services = [
        '--rich-service',
        'syslog',
        '--rich-service',
        'web=echo "$APP"; touch /tmp/went; exec sleep 1000',
      ];
      const run = await pouch(
        ...[...base, '--runtime', runtime, '-e', "APP=it's", '-u', 'nobody', ...services],
        ...['--rich-service-after', 'web=syslog', 'busybox', 'sh', '-c', script],
      );
      assert.equal(run.exitCode, 7, run.stderr);
      assert.match(run.stdout, /^nobody$/m);
      assert.match(run.stdout, /^syslog: .* hello$/m);
      assert.match(run.stdout, /^web: it's$/m);
      assert.equal(run.stderr, '');
      assert.deepEqual([(await state()).ExitCode, (await state()).Ending], [7, undefined]);
    });

  it('starts a service again that has ended, names it, and has it managed', async () => {
    const services = ['--rich-service', 'bad=exit 3', '--rich-service', 'good=exec sleep 1000'];
    const run = await pouch(...base, '-d', '--wait', ...services, 'busybox', 'sleep', '1000');
    assert.equal(run.exitCode, 1);
    assert.match(run.stderr, /box is up, and has failed: bad/);
    const again = async () => /bad has ended with 3, and starts again in 2 s/.test(await ok('logs', 'box'));
    assert.ok(await waitUntil(again, { withinMs }), await ok('logs', 'box'));
    const good = async () =>
      (await ok('svc', 'ls', 'box', '-a', '--format', '{{.Name}} {{.State}} {{.PID}}')).split('\n')[1]!;
    const first = await good();
    assert.match(first, /^good running \d+$/);
    await ok('svc', 'restart', 'box', 'good');
    assert.match(await good(), /^good running \d+$/);
    assert.notEqual(await good(), first);
    await ok('svc', 'stop', 'box', 'good');
    assert.match(await good(), /^good stopped/);
    const failed = await pouch('svc', 'start', 'box', 'bad');
    assert.match(failed.stderr, /PCH_UNIT_FAILED/);
  });

  it('is starting until a service is healthy, and degraded while it is not', async () => {
    const services = [
      '--rich-service',
      'web=exec sleep 1000',
      '--rich-service-health',
      'web=test -e /tmp/ok',
    ];
    await ok(...base, '-d', ...services, 'busybox', 'sleep', '1000');
    const is = async (wanted: string) =>
      (await ok('svc', 'ls', 'box', '-a', '--format', '{{.State}}')) === wanted;
    assert.ok(await waitUntil(() => is('failed'), { withinMs }), 'it is not healthy');
    await ok('exec', 'box', 'touch', '/tmp/ok');
    assert.ok(await waitUntil(() => is('running'), { withinMs }), 'it is healthy');
  });

  it('reboots and powers off inside, and a stop ends services in time', async () => {
    await ok(...base, '-d', '--wait', '--rich-service', 'web=exec sleep 1000', 'busybox', 'sleep', '1000');
    const { StartedAt } = await state();
    await pouch(
      'exec',
      'box',
      'sh',
      '-c',
      'echo reboot >/run/pouch/services/ending; kill -TERM $(cat /run/pouch/services/supervisor)',
    );
    const isAgain = async () => {
      const { Status, StartedAt: since } = await state();
      return Status === 'running' && since !== StartedAt;
    };
    assert.ok(await waitUntil(isAgain, { withinMs }), 'it runs again');
    assert.equal(await ok('wait', '--condition', 'ready', 'box'), '0');
    const begin = Date.now();
    await ok('stop', 'box');
    assert.ok(Date.now() - begin < 15_000);
    assert.equal((await state()).ExitCode, 143);
  });

  it('refuses services in another mode, and options without them', async () => {
    const other = await pouch(...base, '--rich-mode', 'sbin-init', '--rich-service', 'sshd', 'busybox');
    assert.match(other.stderr, /PCH_OPTION_INVALID/);
    const after = await pouch(...base, '--rich-service-after', 'web=db', 'busybox');
    assert.match(
      after.stderr,
      /--rich-service-after: expected NAME=… of a service of --rich-service, found web=db|--rich-service-after/,
    );
    const unknown = await pouch(...base, '--rich-service', 'web', 'busybox');
    assert.match(unknown.stderr, /service web: expected a command, found none/);
  });
});
