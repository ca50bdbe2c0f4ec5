/**
 * A week of a rich container in the hands of its operators, in some minutes: each day changes it as they do, and all
 * of its data is intact at the end.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { image } from '../../scripts/quickstart/place.ts';
import { cgroupFile } from '../support/cgroupFile.ts';
import { useDebian } from '../support/debianImage.ts';
import { useDaemon } from '../support/useDaemon.ts';

const MiB = 2 ** 20;
/** Room for Debian, the same again for an upgrade, and what the days write. */
const diskBytes = 2560 * MiB;
/** Milliseconds that a boot may take on a loaded host. */
const withinMs = 60_000;
/** Another image of the same Debian. */
const nextImage = 'debian-next:1';

/** A shop: it writes an order a second. */
const unit = `[Unit]
Description=The shop
[Service]
ExecStart=/bin/sh -c 'while :; do echo "order $(date +%%s)" >> /var/lib/shop/orders; echo sold; sleep 1; done'
StateDirectory=shop
Restart=always
[Install]
WantedBy=multi-user.target
`;

describe('a week of a rich container', function () {
  this.timeout(300_000);
  this.slow(60_000);
  // A disk of its own, which can be filled.
  const daemon = useDaemon({ rootDisk: diskBytes });
  const { ok, pouch } = daemon;
  useDebian(daemon);

  const inside = (script: string) => ok('exec', 'box', 'sh', '-c', script);
  const inspect = async () => (await daemon.it.inspect('box'))!;
  const isUp = async () => {
    const { Status, Readiness } = (await inspect()).State;
    return Status === 'running' && Readiness?.State === 'running';
  };
  const up = async (what: string) =>
    assert.ok(await waitUntil(isUp, { withinMs }), `${what}: ${JSON.stringify((await inspect()).State)}`);
  const sells = async (when: string) => {
    const orders = async () => Number(await inside('wc -l < /var/lib/shop/orders'));
    const before = await orders();
    if (await waitUntil(async () => (await orders()) > before, { withinMs: 20_000 })) return;
    assert.fail(`no order ${when}:\n${await inside('systemctl status shop systemd-journald || true')}`);
  };
  /** Once written, never changed: in the root file system and in a volume. */
  const data = ['/root/contract', '/srv/data/ledger', '/var/lib/shop/first'];
  const intact = async () => assert.equal(await inside(`cat ${data.join(' ')}`), 'signed\npaid\nopened');

  before(async () => {
    const options = ['--memory', '512m', '--restart', 'always', '-v', 'data:/srv/data', '-e', 'SHOP=corner'];
    await ok('run', '-d', '--rich', '--wait', '--name', 'box', '--hostname', 'shop', ...options, image);
    await inside('mkdir -p /var/lib/shop; echo signed >/root/contract; echo paid >/srv/data/ledger');
    await inside('echo opened >/var/lib/shop/first');
  });

  it('Monday: a package with a service is installed', async () => {
    const root = join(daemon.it.dir, 'shop');
    const control =
      'Package: shop\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: a shop\n';
    await mkdir(join(root, 'DEBIAN'), { recursive: true });
    await mkdir(join(root, 'lib/systemd/system'), { recursive: true });
    await writeFile(join(root, 'DEBIAN/control'), control);
    await writeFile(join(root, 'lib/systemd/system/shop.service'), unit);
    await execa('dpkg-deb', ['--build', '--root-owner-group', root, join(daemon.it.dir, 'shop.deb')]);
    await ok('mount', 'add', 'box', `${daemon.it.dir}/shop.deb:/mnt/shop.deb`);
    await inside('dpkg -i /mnt/shop.deb && systemctl daemon-reload');
    await ok('mount', 'rm', 'box', '/mnt/shop.deb');
    await ok('svc', 'enable', 'box', 'shop');
    await ok('svc', 'start', 'box', 'shop');
    await sells('after the installation');
  });

  it('Tuesday: services are restarted, logs are rotated, hosts are edited', async () => {
    await ok('svc', 'restart', 'box', 'shop', 'ssh');
    await inside('journalctl --rotate --vacuum-time=1s');
    await sells('after the rotation');
    assert.match(await ok('logs', '--unit', 'shop', '--tail', '1', 'box'), /sold/);
    await inside("sed -i '1i 192.0.2.7 supplier' /etc/hosts; grep -c supplier /etc/hosts");
    await intact();
  });

  it('Wednesday: it is rebooted from inside, and processes crash', async () => {
    const { StartedAt } = (await inspect()).State;
    await pouch('exec', 'box', 'reboot');
    assert.ok(await waitUntil(async () => (await inspect()).State.StartedAt !== StartedAt, { withinMs }));
    await up('after the reboot');
    assert.match(await inside('getent hosts supplier'), /^192\.0\.2\.7 +supplier$/);
    assert.equal(await inside('hostname'), 'shop');
    for (const name of ['systemd-journald', 'ssh', 'shop']) await inside(`systemctl kill -s KILL ${name}`);
    await sells('after the crashes');
    await inside('systemctl reset-failed');
    await intact();
  });

  it('Thursday: the disk is full, and its limits change', async () => {
    const fill = await pouch('exec', 'box', 'sh', '-c', 'cat /dev/zero > /fill');
    assert.match(fill.stderr, /No space left/);
    const refused = await pouch('snapshot', 'create', 'box', '--name', 'full');
    assert.match(refused.stderr, /PCH_DISK_FULL/);
    await inside('rm /fill');
    await sells('after the disk was full');
    await ok('update', '--memory', '300m', '--memory-swap', '300m', 'box');
    const { Pid } = (await inspect()).State;
    assert.equal(Number(cgroupFile(Pid, 'memory', 'memory.limit_in_bytes', 'memory.max')), 300 * MiB);
    await intact();
  });

  it('Friday: a snapshot, an accident, and the way back', async () => {
    await ok('snapshot', 'create', 'box', '--name', 'friday');
    await inside('rm -rf /root/contract /etc/ssh /lib/systemd/system/shop.service');
    await ok('snapshot', 'restore', '--restart', 'box', 'friday');
    await up('after the restore');
    await sells('after the restore');
    await intact();
  });

  it('Saturday: an upgrade that is taken back, and one that stays', async () => {
    await addNextImage();
    const keep = ['/root', '/var/lib/shop', '/lib/systemd/system/shop.service', '/etc/systemd/system'];
    const upgrade = (...more: string[]) =>
      pouch('upgrade', 'box', '--image', nextImage, ...keep.flatMap((path) => ['--keep', path]), ...more);
    const failed = await upgrade('--health-cmd', 'false', '--health-timeout', '20');
    assert.match(failed.stderr, /PCH_UPGRADE_UNHEALTHY/);
    await up('after the failed upgrade');
    await intact();
    assert.equal((await upgrade()).exitCode, 0);
    assert.equal(await inside('cat /etc/next'), 'yes');
    await sells('after the upgrade');
    await intact();
    await ok('rollback', 'box');
    await up('after the rollback');
    assert.equal((await pouch('exec', 'box', 'cat', '/etc/next')).exitCode, 1);
    await intact();
  });

  it('Sunday: pouchd is killed, and the host reboots', async () => {
    await daemon.it.kill9();
    await daemon.it.start();
    await sells('while pouchd was away');
    await daemon.it.rebootHost();
    await up('after the reboot of the host');
    await sells('after the reboot of the host');
    assert.equal(await inside('hostname'), 'shop');
    await intact();
  });

  /** The same Debian with a file more. */
  async function addNextImage(): Promise<void> {
    const saved = join(daemon.it.dir, 'saved.tar');
    await ok('save', '-o', saved, image);
    const { stdout } = await execa('tar', ['-xOf', saved, 'manifest.json']);
    const [{ Config, Layers }] = JSON.parse(stdout) as [{ Config: string; Layers: string[] }];
    const unpacked = join(daemon.it.dir, 'saved');
    await mkdir(unpacked);
    await execa('tar', ['-xf', saved, '-C', unpacked]);
    const layers = await Promise.all(Layers.map((path) => readFile(join(unpacked, path))));
    const { config } = JSON.parse(await readFile(join(unpacked, Config), 'utf8')) as {
      config: Record<string, unknown>;
    };
    const added = await layerTar([{ path: 'etc/next', content: Buffer.from('yes\n') }]);
    const archive = join(daemon.it.dir, 'next.tar');
    const next = { reference: `docker.io/library/${nextImage}`, layers: [...layers, added], config };
    await writeImageArchive(archive, { ...next, compress: false });
    await ok('load', '-i', archive);
    for (const path of [saved, unpacked, archive]) await rm(path, { recursive: true });
  }
});
