import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('health checks', function () {
  this.timeout(90_000);
  this.slow(15_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;

  /** Starts a container that is healthy while its file /ok exists, and asked often. */
  const run = async (name: string, ...options: string[]) => {
    const often = ['--health-interval', '100ms', '--health-retries', '2', '--health-cmd', 'test -e /ok'];
    const command = ['busybox', 'sh', '-c', 'touch /ok; trap exit TERM; while :; do sleep 0.1; done'];
    await ok('run', '-d', '--name', name, '--network', 'none', ...often, ...options, ...command);
  };
  const stateOf = async (name: string) => (await daemon.it.inspect(name))!.State;
  const healthOf = async (name: string) => (await stateOf(name)).Health;
  const becomes = async (name: string, status: string) =>
    assert.ok(
      await waitUntil(async () => (await healthOf(name))?.Status === status, { withinMs: 30_000 }),
      `${name} is not ${status}: ${JSON.stringify(await healthOf(name))}`,
    );
  const breakIt = (name: string) => ok('exec', name, 'rm', '/ok');
  const probes = async (name: string) => (await healthOf(name))!.Log.at(-1)?.Start;
  const untilProbed = async (name: string, since: string | undefined) =>
    assert.ok(await waitUntil(async () => (await probes(name)) !== since, { withinMs: 30_000 }));
  const processes = async (name: string, pattern: RegExp) =>
    (await ok('exec', name, 'ps', '-o', 'args')).split('\n').filter((line) => pattern.test(line));

  it('a container is starting, healthy, unhealthy and healthy again', async () => {
    const since = String(Math.floor(Date.now() / 1000));
    await run('web');
    await becomes('web', 'healthy');
    assert.match(
      await ok('ps', '--format', '{{.Status}}', '--filter', 'health=healthy'),
      /^Up .* \(healthy\)$/,
    );
    assert.equal(await ok('ps', '-q', '--filter', 'health=unhealthy'), '');
    await breakIt('web');
    await becomes('web', 'unhealthy');
    const { FailingStreak, Log } = (await healthOf('web'))!;
    assert.ok(FailingStreak >= 2 && Log.length <= 5, JSON.stringify({ FailingStreak, Log }));
    assert.deepEqual([Log.at(-1)!.ExitCode, Log.at(-1)!.Output], [1, '']);
    assert.match(await ok('ps', '--format', '{{.Status}}', '--filter', 'name=web'), /\(unhealthy\)$/);
    await ok('exec', 'web', 'touch', '/ok');
    await becomes('web', 'healthy');
    assert.equal((await healthOf('web'))!.FailingStreak, 0);
    const events = await ok('events', '--since', since, '--until', '0s', '--filter', 'container=web');
    const statuses = [...events.matchAll(/health_status: (\w+)/g)].map(([, status]) => status);
    assert.deepEqual(statuses, ['healthy', 'unhealthy', 'healthy']);
    assert.match(events, /exec_create: \/bin\/sh -c test -e \/ok [^]*exec_start: [^]*exec_die/);
    await ok('rm', '-f', 'web');
  });

  it('of many containers are neither doubled nor lost', async () => {
    const names = Array.from({ length: 5 }, (_, n) => `many${n}`);
    const script = 'mkdir /lock || echo x >>/double; echo x >>/probes; rmdir /lock';
    const often = ['--health-interval', '50ms', '--health-cmd', script];
    const since = String(Math.floor(Date.now() / 1000));
    for (const name of names)
      await ok('run', '-d', '--name', name, '--network', 'none', ...often, 'busybox', 'sleep', '1000');
    const areProbed = async () => {
      const logs = await Promise.all(names.map(async (name) => (await healthOf(name))!.Log.length));
      return logs.every((length) => length === 5);
    };
    assert.ok(await waitUntil(areProbed, { withinMs: 60_000 }));
    for (const name of names) {
      await ok('stop', '-t', '0', name);
      const probed = join(daemon.it.dir, name);
      await ok('cp', `${name}:/probes`, probed);
      const filter = ['--until', '0s', '--filter', `container=${name}`, '--filter', 'event=exec_die'];
      const ended = (await ok('events', '--since', since, ...filter)).split('\n').length;
      const ran = (await readFile(probed, 'utf8')).split('\n').length - 1;
      // The end of the container may have cut off the last one.
      assert.ok(Math.abs(ended - ran) <= 1, `${name}: ${ran} probes ran, and ${ended} have ended`);
      assert.match((await pouch('cp', `${name}:/double`, probed)).stderr, /No such|not find/i);
    }
    await ok('rm', '-f', ...names);
  });

  it('a list of words runs without a shell', async () => {
    await run('words', '--health-cmd', '["test", "-e", "/ok"]');
    await becomes('words', 'healthy');
    assert.deepEqual((await daemon.it.inspect('words'))!.Config.Healthcheck?.Test, [
      'CMD',
      'test',
      '-e',
      '/ok',
    ]);
    await ok('rm', '-f', 'words');
  });

  it('one that takes too long is killed, and fails', async () => {
    await run('slow', '--health-timeout', '300ms', '--health-cmd', 'echo begun; sleep 1000; true');
    await becomes('slow', 'unhealthy');
    const { ExitCode, Output } = (await healthOf('slow'))!.Log.at(-1)!;
    assert.deepEqual([ExitCode, Output], [-1, 'Health check exceeded timeout (300ms)']);
    await ok('update', '--restart', 'no', 'slow');
    const running = await processes('slow', /sleep 1000/);
    // A shell and its child at most: those of the probe that runs now.
    assert.ok(running.length <= 2, running.join('\n'));
    await ok('rm', '-f', 'slow');
  });

  it('failures in the start period do not count, until the first success', async () => {
    const period = [
      '--health-start-period',
      '1h',
      '--health-start-interval',
      '50ms',
      '--health-interval',
      '200ms',
    ];
    await run('late', ...period, '--health-cmd', 'test -e /late');
    await untilProbed('late', undefined);
    const last = await probes('late');
    await untilProbed('late', last);
    assert.deepEqual(
      [(await healthOf('late'))!.Status, (await healthOf('late'))!.FailingStreak],
      ['starting', 0],
    );
    assert.match(await ok('ps', '--format', '{{.Status}}', '--filter', 'name=late'), /\(health: starting\)$/);
    const waiting = ok('wait', '--condition', 'healthy', 'late');
    await ok('exec', 'late', 'touch', '/late');
    assert.equal(await waiting, '0');
    await ok('exec', 'late', 'rm', '/late');
    await becomes('late', 'unhealthy');
    assert.equal(await ok('wait', '--condition', 'healthy', 'late'), '1');
    await ok('rm', '-f', 'late');
  });

  it('come from the image, field by field, and its shell runs the line', async () => {
    const Healthcheck = { Test: ['CMD-SHELL', 'exit 0'], Interval: 1e8, Retries: 7 };
    await daemon.it.loadImage('checked', [], { Healthcheck, Shell: ['/bin/sh', '-xc'] });
    const files = ['-v', '/bin/busybox:/bin/sh:ro', '-v', '/bin/busybox:/bin/sleep:ro'];
    await ok('run', '-d', '--name', 'image', '--network', 'none', ...files, 'checked', 'sleep', '1000');
    await becomes('image', 'healthy');
    assert.match((await healthOf('image'))!.Log[0]!.Output, /^\+ exit 0\n$/);
    assert.deepEqual((await daemon.it.inspect('image'))!.Config.Healthcheck, Healthcheck);
    await ok(
      'create',
      '--name',
      'mixed',
      '--health-retries',
      '2',
      '--health-cmd',
      'true',
      'checked',
      'sleep',
      '9',
    );
    assert.deepEqual((await daemon.it.inspect('mixed'))!.Config.Healthcheck, {
      Test: ['CMD-SHELL', 'true'],
      Interval: 1e8,
      Retries: 2,
    });
    await ok('run', '-d', '--name', 'none', '--no-healthcheck', ...files, 'checked', 'sleep', '1000');
    assert.deepEqual((await daemon.it.inspect('none'))!.Config.Healthcheck, {
      ...Healthcheck,
      Test: ['NONE'],
    });
    assert.equal(await healthOf('none'), undefined);
    assert.match(
      (await pouch('wait', '--condition', 'healthy', 'none')).stderr,
      /has no health check[^]*--health-cmd/,
    );
    assert.equal(await ok('ps', '--format', '{{.Names}}', '--filter', 'health=none'), 'none');
    assert.match(
      await ok('commit', '--change', 'HEALTHCHECK --interval=1m30s CMD true', 'none', 'again'),
      /./,
    );
    await ok('create', '--name', 'again', 'again', 'sleep', '9');
    const { Test, Interval } = (await daemon.it.inspect('again'))!.Config.Healthcheck!;
    assert.deepEqual([Test, Interval], [['CMD-SHELL', 'true'], 90e9]);
    await ok('rm', '-f', 'image', 'mixed', 'none', 'again');
  });

  it('run as the container’s user, with its environment and directory; output is cut and without secrets', async () => {
    const process = ['-u', '1000:7', '-e', 'A=b', '--secret-env', 'PASS=hunter2hunter2', '-w', '/tmp'];
    const command = 'echo $(id -u):$(id -g) $A $(pwd) $PASS; yes | head -c 10000';
    await run('whoami', ...process, '--health-cmd', command);
    await becomes('whoami', 'healthy');
    const { Output } = (await healthOf('whoami'))!.Log[0]!;
    assert.match(Output, /1000:7 b \/tmp/);
    assert.doesNotMatch(Output, /hunter2/);
    assert.ok(Output.length <= 4096 + 3, String(Output.length));
    assert.match(Output, /\.\.\.$/);
    await ok('rm', '-f', 'whoami');
  });

  it('a command that does not exist fails with a reason', async () => {
    const Healthcheck = { Test: ['CMD', '/no/such'], Interval: 1e8, Retries: 1 };
    await daemon.it.runContainer({ Cmd: ['sleep', '1000'], Healthcheck }, 'missing');
    await becomes('missing', 'unhealthy');
    const { ExitCode, Output } = (await healthOf('missing'))!.Log.at(-1)!;
    assert.equal(ExitCode, -1);
    assert.match(Output, /\/no\/such/);
    await ok('rm', '-f', 'missing');
  });

  describe('an unhealthy container', () => {
    const unhealthy = async (name: string, ...options: string[]) => {
      await run(name, ...options);
      await becomes(name, 'healthy');
      await breakIt(name);
    };

    it('is killed by --health-on-failure kill, and its restart policy applies', async () => {
      await unhealthy('once', '--health-on-failure', 'kill');
      const { State, Config } = await daemon.it.until('once', 'exited');
      assert.equal(State.ExitCode, 137);
      assert.equal(State.Health?.OnFailure?.Action, 'kill');
      assert.equal(Config.HealthcheckOnFailureAction, 'kill');
      await unhealthy('again', '--health-on-failure', 'kill', '--restart', 'on-failure');
      await becomes('again', 'unhealthy');
      await becomes('again', 'healthy');
      assert.equal((await daemon.it.inspect('again'))!.RestartCount, 1);
      await ok('rm', '-f', 'once', 'again');
    });

    it('is restarted by restart, whatever its policy, also if pouchd is killed then', async () => {
      const since = String(Math.floor(Date.now() / 1000));
      await unhealthy('box', '--health-on-failure', 'restart');
      await becomes('box', 'unhealthy');
      await becomes('box', 'healthy');
      const { State, RestartCount } = (await daemon.it.inspect('box'))!;
      assert.deepEqual([State.Health?.OnFailure?.Action, RestartCount], ['restart', 1]);
      const events = await ok('events', '--since', since, '--until', '0s', '--filter', 'container=box');
      assert.match(
        events,
        /health_status: unhealthy[^]* kill [^]* die [^]* start [^]*health_status: healthy/,
      );

      await breakIt('box');
      await becomes('box', 'unhealthy');
      await daemon.it.kill9();
      await daemon.it.start();
      await becomes('box', 'healthy');
      await ok('stop', 'box');
      await daemon.it.restart();
      assert.equal(
        (await stateOf('box')).Status,
        'exited',
        'it is not restarted once its user has stopped it',
      );
      await ok('rm', 'box');
    });

    it('is stopped by stop, and stays stopped', async () => {
      await unhealthy('halt', '--health-on-failure', 'stop', '--restart', 'unless-stopped');
      const { State } = await daemon.it.until('halt', 'exited');
      assert.deepEqual([State.ExitCode, State.Health?.OnFailure?.Action], [0, 'stop']);
      await daemon.it.restart();
      assert.equal((await stateOf('halt')).Status, 'exited');
      await ok('rm', 'halt');
    });
  });

  it('a paused container is not probed, and what is frozen in a probe does not count', async () => {
    // A loaded host starts a probe late: only one that is frozen takes longer.
    await run('frozen', '--health-timeout', '2s', '--health-retries', '1', '--health-cmd', 'sleep 0.2');
    await becomes('frozen', 'healthy');
    await ok('pause', 'frozen');
    const last = await probes('frozen');
    assert.match(await ok('ps', '--format', '{{.Status}}'), /\(Paused\)/);
    assert.ok(!(await waitUntil(async () => (await probes('frozen')) !== last, { withinMs: 3000 })));
    await ok('unpause', 'frozen');
    await untilProbed('frozen', last);
    assert.equal((await healthOf('frozen'))!.Status, 'healthy');
    await ok('rm', '-f', 'frozen');
  });

  it('continue after kill -9 of pouchd, between probes and during one', async () => {
    await run(
      'kept',
      '--health-cmd',
      'test -e /ok && echo probing && { test ! -e /hang || { rm /hang; exec sleep 987; }; }',
    );
    await becomes('kept', 'healthy');
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal((await healthOf('kept'))!.Status, 'healthy', 'the record says so');
    const last = await probes('kept');
    await untilProbed('kept', last);
    await ok('exec', 'kept', 'touch', '/hang');
    assert.ok(
      await waitUntil(async () => (await processes('kept', /^sleep 987/)).length === 1, { withinMs: 10_000 }),
    );
    await daemon.it.kill9();
    await daemon.it.start();
    const ended = async () => (await processes('kept', /^sleep 987/)).length === 0;
    assert.ok(await waitUntil(ended, { withinMs: 10_000 }), 'the probe of the killed pouchd is left');
    await breakIt('kept');
    await becomes('kept', 'unhealthy');
    await ok('exec', 'kept', 'touch', '/hang');
    await ok('rm', '-f', 'kept');
  });

  it('neither a stop of pouchd nor a removal waits for a probe or leaves it', async () => {
    await run('hung', '--health-timeout', '1h', '--health-cmd', 'exec sleep 986');
    const isProbed = async () => (await processes('hung', /^sleep 986/)).length === 1;
    assert.ok(await waitUntil(isProbed, { withinMs: 10_000 }));
    await daemon.it.stop();
    await daemon.it.start();
    assert.ok(await waitUntil(isProbed, { withinMs: 10_000 }));
    const since = performance.now();
    await ok('rm', '-f', 'hung');
    assert.ok(performance.now() - since < 10_000);
  });

  it('an upgrade waits for the health check, and is rolled back without success', async () => {
    const Healthcheck = (line: string) => ({ Test: ['CMD-SHELL', line], Interval: 1e8, Retries: 2 });
    const tools = ['sh', 'sleep', 'echo'].flatMap((name) => ['-v', `/bin/busybox:/bin/${name}:ro`]);
    await daemon.it.loadImage('fit', [], { Healthcheck: Healthcheck('exit 0') });
    await daemon.it.loadImage('ill', [], { Healthcheck: Healthcheck('echo broken; exit 1') });
    await daemon.it.loadImage('fitter', [], { Healthcheck: Healthcheck('exit 0') });
    await ok(
      'run',
      '-d',
      '--name',
      'up',
      '--stop-timeout',
      '1',
      '--network',
      'none',
      ...tools,
      'fit',
      'sleep',
      '1000',
    );
    const { stderr } = await pouch('upgrade', 'up', '--image', 'ill');
    assert.match(stderr, /it is unhealthy: broken[^]*PCH_UPGRADE_UNHEALTHY/);
    await becomes('up', 'healthy');
    await ok('upgrade', 'up', '--image', 'fitter');
    assert.equal((await healthOf('up'))!.Status, 'healthy');
    await ok('rm', '-f', 'up');
  });

  it('a rich container shows its boot and its health', async () => {
    const service = ['--rich', '--rich-mode', 'supervised', '--rich-service', 'db=exec sleep 1000'];
    await run('rich', ...service, '--health-cmd', 'test -e /fit');
    assert.equal(await ok('wait', '--condition', 'ready', 'rich'), '0');
    await becomes('rich', 'unhealthy');
    assert.equal((await stateOf('rich')).Readiness?.State, 'running');
    assert.match(await ok('ps', '--format', '{{.Status}}'), /\(running\) \(unhealthy\)/);
    await ok('exec', 'rich', 'touch', '/fit');
    await becomes('rich', 'healthy');
    await ok('rm', '-f', 'rich');
  });

  it('bad values are refused', async () => {
    const cases: [string[], RegExp][] = [
      [['--health-interval', '1us', '--health-cmd', 'x'], /Interval in Healthcheck cannot be less than 1ms/],
      [['--health-timeout', '999us', '--health-cmd', 'x'], /Timeout in Healthcheck cannot be less than 1ms/],
      [['--health-start-period', 'soon', '--health-cmd', 'x'], /--health-start-period[^]*a duration/],
      [['--health-interval', '-1s', '--health-cmd', 'x'], /--health-interval[^]*not negative/],
      [['--health-retries', '-1', '--health-cmd', 'x'], /--health-retries[^]*at least 0/],
      [['--no-healthcheck', '--health-cmd', 'x'], /--no-healthcheck conflicts with --health-\* options/],
      [['--health-on-failure', 'explode', '--health-cmd', 'x'], /none, kill, restart, stop/],
      [['--health-on-failure', 'kill'], /--health-on-failure[^]*expected a health check[^]*--health-cmd/],
      [['--rm', '--health-on-failure', 'restart', '--health-cmd', 'x'], /AutoRemove/],
    ];
    for (const [options, message] of cases) {
      const { exitCode, stderr } = await pouch('create', ...options, 'busybox', 'true');
      assert.notEqual(exitCode, 0, options.join(' '));
      assert.match(stderr, message);
    }
    assert.match((await pouch('ps', '--filter', 'health=ill')).stderr, /starting, healthy, unhealthy, none/);
  });
});
