import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** All that others know a host by. */
const identity = `
hostname; cat /etc/hostname /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub
cat /sys/class/net/eth0/address; ip -4 -o addr show eth0 | awk '{print $4}'
`;

describe('what a rich container keeps', function () {
  this.timeout(180_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const inside = (script: string) => ok('exec', 'box', 'sh', '-ec', script);
  const busybox = ['run', '-d', '--rich', '--rich-mode', 'dumb-init'];

  useDebian(daemon);
  afterEach(async () => {
    for (const name of ['box', 'other']) await daemon.pouch('rm', '-f', name);
  });

  /** Files of leases by address. */
  const leases = () => join(daemon.it.root, 'network/ipam', daemon.it.names.bridge);
  const addressOf = async (name: string) => {
    const { IPAddress = '', MacAddress = '' } =
      (await daemon.it.inspect(name))?.NetworkSettings.Networks?.['bridge'] ?? {};
    return { IPAddress, MacAddress };
  };

  it('is its identity: over a restart, a kill of pouchd and a reboot of the host', async () => {
    const privileges = ['--userns', 'auto', '--cap-add', 'SYS_ADMIN', '--restart', 'always'];
    await ok('run', '-d', '--name', 'box', '--rich', '--wait', ...privileges, debian);
    const hosts = '/etc/hosts';
    await inside(`hostnamectl set-hostname dbserver; sed -i '$a 192.0.2.7 legacy' ${hosts}`);
    const before = (await inside(identity)).replace(/^.*\n/, 'dbserver\n');
    assert.match(
      before,
      /^dbserver\ndbserver\n[0-9a-f]{32}\nssh-ed25519 .*\n02(:[0-9a-f]{2}){5}\n[\d.]+\/\d+$/,
    );

    for (const [what, end] of [
      ['a restart', () => ok('restart', 'box')],
      ['a kill of pouchd', () => daemon.it.kill9().then(() => daemon.it.start())],
      ['a reboot of the host', () => daemon.it.rebootHost()],
    ] as const) {
      // Addresses are given in turn: without a lease it would get another one.
      await daemon.sh('true');
      await end();
      await daemon.it.until('box', 'running', 60_000);
      await ok('wait', '--condition', 'ready', 'box');
      assert.equal(await inside(identity), before, what);
      const lines = (await inside(`cat ${hosts}`)).split('\n');
      const [address] = before.split('\n').at(-1)!.split('/');
      assert.equal(lines.at(-1), '192.0.2.7 legacy', what);
      assert.equal(lines.filter((line) => line === `${address}\tdbserver`).length, 1, what);
      assert.equal(lines.filter((line) => line.startsWith('# ')).length, 2, what);
    }
  });

  it('is its identity over an upgrade and its rollback, with the paths to keep', async () => {
    await daemon.it.pouch('tag', debian, 'debian:next');
    await ok('run', '-d', '--name', 'box', '--rich', '--wait', debian);
    await inside(`hostnamectl set-hostname dbserver; sed -i '$a 192.0.2.7 legacy' /etc/hosts
      mkdir -p /srv/app; echo 1 > /srv/app/f; chown -R www-data:adm /srv/app; chmod 4750 /srv/app/f; echo 1 > /root/f`);
    const before = (await inside(identity)).replace(/^.*\n/, 'dbserver\n');
    const owned = 'stat -c "%U %G %a" /srv/app /srv/app/f /etc /etc/ssh/ssh_host_ed25519_key';
    const owners = await inside(owned);
    await daemon.sh('true');
    const text = await ok('upgrade', 'box', '--image', 'debian:next', '--keep', '/srv/app');
    assert.match(text, /kept \/etc\/ssh\/ssh_host_ed25519_key$/m);
    assert.equal(await inside(identity), before);
    assert.equal(await inside(owned), owners);
    assert.match(await inside('tail -1 /etc/hosts; ls /root'), /^192.0.2.7 legacy$/);
    await ok('rollback', 'box');
    await ok('wait', '--condition', 'ready', 'box');
    assert.equal(await inside(identity), before);
    assert.equal(await inside('cat /root/f'), '1');
  });

  it('is its address while it is stopped, which its removal frees', async () => {
    await ok(...busybox, '--name', 'box', 'busybox', 'sleep', '1000');
    const { IPAddress: ip, MacAddress: mac } = await addressOf('box');
    await ok('stop', '-t', '1', 'box');
    const { stderr, exitCode } = await daemon.pouch('run', '--rm', '--ip', ip, 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(stderr, /PCH_OPTION_INVALID|is in use by the container/);
    await ok('start', 'box');
    assert.deepEqual([(await addressOf('box')).IPAddress, (await addressOf('box')).MacAddress], [ip, mac]);
    await ok('rm', '-f', 'box');
    assert.ok(!readdirSync(leases()).includes(ip));
    await ok('run', '--rm', '--ip', ip, 'busybox', 'true');
  });

  it('is refused to start where another container has got its address, and starts once it is free', async () => {
    await ok(...busybox, '--name', 'box', 'busybox', 'sleep', '1000');
    const { IPAddress: ip } = await addressOf('box');
    await ok('stop', '-t', '1', 'box');
    const file = join(leases(), ip);
    const lease = readFileSync(file, 'utf8');
    writeFileSync(file, `${'f'.repeat(64)}\r\neth0`);
    const { stderr, exitCode } = await daemon.pouch('start', 'box');
    assert.equal(exitCode, 1);
    assert.match(stderr, new RegExp(`expected ${ip}, .* found it leased to the container ffffffffffff`));
    assert.match(stderr, /stop the container ffffffffffff/);
    writeFileSync(file, lease);
    await ok('start', 'box');
    assert.equal((await addressOf('box')).IPAddress, ip);
  });

  for (const runtime of ['runc', 'crun', 'runlxc'])
    it(`is not the id of its boot, which is not the host’s either: ${runtime}`, async () => {
      const file = '/proc/sys/kernel/random/boot_id';
      await ok(...busybox, '--name', 'box', '--runtime', runtime, 'busybox', 'sleep', '1000');
      const first = await inside(`cat ${file}; ! echo x 2>/dev/null >${file}`);
      await ok('restart', '-t', '1', 'box');
      const ids = [first, await inside(`cat ${file}`), readFileSync(file, 'utf8').trim()];
      for (const id of ids) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.equal(new Set(ids).size, 3);
    });

  it('is not what a plain container has: its files are mounted, and written anew', async () => {
    await ok('run', '-d', '--name', 'box', 'busybox', 'sleep', '1000');
    assert.match(await inside('grep -c " /etc/hosts " /proc/mounts'), /^1$/);
    await inside('echo 192.0.2.7 legacy >>/etc/hosts');
    await ok('restart', '-t', '1', 'box');
    assert.doesNotMatch(await inside('cat /etc/hosts'), /legacy/);
  });

  it('is resolv.conf from the engine, until the container removes the comments', async () => {
    await ok(...busybox, '--name', 'box', '--dns', '192.0.2.53', 'busybox', 'sleep', '1000');
    assert.match(await inside('cat /etc/resolv.conf'), /^# .*\nnameserver 192\.0\.2\.53\n# .*$/m);
    await inside(
      'rm /etc/resolv.conf; echo nameserver 192.0.2.1 >/etc/resolv.conf; ln -sf /nowhere /etc/hosts',
    );
    await ok('restart', '-t', '1', 'box');
    assert.equal(await inside('cat /etc/resolv.conf'), 'nameserver 192.0.2.1');
    assert.match(await inside('cat /etc/hosts'), /localhost/);
  });

  it('is not written where it is mounted or the root file system is read-only', async () => {
    await ok(...busybox, '--name', 'box', '--read-only', 'busybox', 'sleep', '1000');
    assert.match(await inside('cat /etc/hosts'), /localhost/);
    assert.match(await inside('grep -c " /etc/hosts " /proc/mounts'), /^1$/);
  });

  for (const [what, script] of [
    ['a directory', 'rm /etc/hosts; mkdir /etc/hosts'],
    ['a link to a device', 'ln -sf /dev/zero /etc/hosts'],
    ['a link out of the root', 'ln -sf /proc/1/root/etc/passwd /etc/hosts'],
    ['a FIFO', 'rm /etc/hosts; mkfifo /etc/hosts'],
  ] as const)
    it(`${what} as /etc/hosts stops no start`, async () => {
      await ok(...busybox, '--name', 'box', 'busybox', 'sleep', '1000');
      await inside(script);
      await ok('restart', '-t', '1', 'box');
      assert.equal(await inside('hostname'), (await daemon.it.inspect('box'))!.Id.slice(0, 12));
    });

  sampleTests(this);
});
