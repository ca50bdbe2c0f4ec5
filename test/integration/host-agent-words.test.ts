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
});
