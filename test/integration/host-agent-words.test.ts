import assert from 'node:assert/strict';
import { useDaemon } from '../support/useDaemon.ts';

describe('declared containers in several networks', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok, sh } = daemon;
  const inspect = async (name: string) => (await daemon.it.inspect(name))!;
  const part = process.pid % 200;
  const subnets = {
    shop: `198.18.${part}.64/28`,
    back: `198.18.${part}.80/28`,
    more: `198.18.${part}.96/28`,
  };
  const ip = `198.18.${part}.85`;

  beforeEach(async () => {
    for (const [name, subnet] of Object.entries(subnets))
      await ok('network', 'create', '--subnet', subnet, name);
  });
  afterEach(async () => {
    await daemon.it.configure('containers: {}\n');
    await ok('apply', '--prune', '--yes');
    await pouch('rm', '-f', 'web');
    for (const name of Object.keys(subnets)) await pouch('network', 'rm', name);
  });

  const sleeper = { image: 'busybox', command: ['sleep', '1000'], 'stop-timeout': 0 };

  async function applied(web: object): Promise<string> {
    await daemon.it.configure(`containers: ${JSON.stringify({ web: { ...sleeper, ...web } })}\n`);
    return await ok('apply');
  }

  it('are adopted with all of them, and get changes of further ones while they run', async () => {
    const networks = ['--network', 'shop', '--network', `name=back,alias=x,alias=y,ip=${ip}`];
    await ok('run', '-d', '--name', 'web', ...networks, '--stop-timeout', '0', 'busybox', 'sleep', '1000');
    assert.match(
      await sh('nslookup x && ping -c1 -W5 x', '--network', 'back'),
      new RegExp(ip.replaceAll('.', '\\.')),
    );

    const yaml = await ok('adopt', 'web');
    assert.doesNotMatch(yaml, /not written/);
    await daemon.it.configure(yaml);
    assert.match(await ok('apply'), /~ container web: adopt/);
    const before = await inspect('web');

    const moved = await applied({ network: ['shop', 'more', { name: 'back', alias: 'z', ip }] });
    assert.match(moved, /~ container web: change .*\n {4}network\.back: .*\n {4}network\.more: /);
    const after = await inspect('web');
    assert.deepEqual([after.Id, after.State.Pid], [before.Id, before.State.Pid]);
    assert.deepEqual(Object.keys(after.NetworkSettings.Networks ?? {}).toSorted(), ['back', 'more', 'shop']);
    assert.match(
      await sh('nslookup z && ! nslookup x', '--network', 'back'),
      new RegExp(ip.replaceAll('.', '\\.')),
    );
    assert.equal(await ok('apply'), 'nothing to do');

    assert.match(
      await applied({ network: 'shop' }),
      /network\.back: .*\n {4}network\.more: .* -> \(not set\)/,
    );
    const left = await inspect('web');
    assert.deepEqual([left.Id, Object.keys(left.NetworkSettings.Networks ?? {})], [before.Id, ['shop']]);
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('keep a network that somebody has connected by hand until an apply', async () => {
    await applied({ network: ['shop', 'back'] });
    await ok('network', 'connect', 'more', 'web');
    await ok('network', 'disconnect', 'back', 'web');
    const { stdout, exitCode } = await pouch('drift');
    assert.equal(exitCode, 1);
    assert.match(stdout, /network\.more: declared \(not set\), found .*\n/);
    assert.match(await ok('apply'), /container web: change done/);
    const networks = (await inspect('web')).NetworkSettings.Networks ?? {};
    assert.deepEqual(Object.keys(networks).toSorted(), ['back', 'shop']);
  });

  it('are waited for until they are up, or cannot come up', async () => {
    const check = { 'health-cmd': 'test -e /tmp/up', 'health-interval': '200ms', 'health-retries': 1000 };
    const web = {
      ...sleeper,
      network: 'none',
      ...check,
      command: ['sh', '-c', 'sleep 2; touch /tmp/up; sleep 1000'],
    };
    const file = (others: object) => `containers: ${JSON.stringify({ web, ...others })}\n`;
    await daemon.it.configure(file({}));
    assert.match(await ok('apply', '--wait'), /generation \d+: 1 done.*\n1 declared objects are up$/);
    assert.equal((await inspect('web')).State.Health?.Status, 'healthy');

    const never = { ...web, command: ['sleep', '1000'] };
    const ended = { ...sleeper, network: 'none', command: ['sh', '-c', 'exit 3'] };
    const soon = { ...ended, command: ['sh', '-c', 'sleep 0.5; exit 4'] };
    const done = { ...sleeper, network: 'none', command: ['true'] };
    await daemon.it.configure(file({ never, ended, soon, done }));
    const late = await pouch('apply', '--wait', '--timeout', '2s');
    assert.equal(late.exitCode, 1);
    assert.equal(
      late.stderr,
      'container never: not up: its health is not known yet\ncontainer ended: not up: it ended with exit code 3\ncontainer soon: not up: it ended with exit code 4\n',
    );

    await daemon.it.configure(file({ ended }));
    const begun = performance.now();
    const hopeless = await pouch('apply', '--wait', '--timeout', '10m');
    assert.equal(hopeless.exitCode, 1);
    assert.ok(performance.now() - begun < 60_000);
    for (const options of [
      ['--timeout', '1m'],
      ['--wait', '--timeout', '31m'],
      ['--wait', '--dry-run'],
    ])
      assert.equal((await pouch('apply', ...options)).exitCode, 1, options.join(' '));
  });
});
