import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxImage } from '../../scripts/lib/busyboxImage.ts';
import { type DebianImage, useDebian } from '../support/debianImage.ts';
import { useDaemon } from '../support/useDaemon.ts';

const project = resolve(import.meta.dirname, '../..');

/** Debian without Node, with systemd and what the package depends on, so that dpkg installs it without a network. */
const bare: DebianImage = {
  reference: 'bare:bookworm',
  include: [
    ...['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'procps', 'adduser', 'man-db', 'busybox-static'],
    ...['containerd', 'runc', 'containernetworking-plugins', 'iptables'],
  ],
};

const lintedWithinMs = 480_000;

/** What others write meanwhile. */
const ofOthers = /^\/(root|tmp|var\/(cache|log|tmp|lib\/(dpkg|systemd|containerd)))(\/|$)/;

describe('the Debian package', function () {
  this.timeout(240_000);
  let dir = '';
  let deb = '';
  let atFirst: string[] = [];
  let pid = '';
  let findings: Promise<string>;
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const inside = (script: string) => ok('exec', 'box', 'sh', '-euc', script);

  useDebian(daemon, bare);

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-package-'));
  });
  after(async () => {
    await pouch('rm', '-f', '-v', 'box');
    await rm(dir, { recursive: true });
  });

  it('is the same when it is built again, elsewhere', async () => {
    const build = async (name: string) => {
      const [output, temporary] = [join(dir, name), join(dir, `${name}-tmp`)];
      await mkdir(temporary);
      const options = ['--only', 'deb', '--version', '0.0.1', '--output', output];
      await execa('node', ['--import', 'tsx', 'scripts/package.ts', ...options], {
        cwd: project,
        env: { TMPDIR: temporary },
        stdin: 'ignore',
      });
      return join(output, 'pouch_0.0.1_amd64.deb');
    };
    const [one, other] = await Promise.all([build('one'), build('another')]);
    assert.equal(await digest(one), await digest(other));
    deb = one;
    findings = lintian(deb, dir);
  });

  it('installs on a Debian without Node, and serves on the socket of systemd', async () => {
    await ok(
      ...[
        'run',
        '-d',
        '--rich',
        '--rich-mode',
        'systemd',
        '--nested',
        '-v',
        'data:/var/lib/pouch',
        '--wait',
        '--name',
        'box',
      ],
      bare.reference,
    );
    assert.equal(await inside('command -v node || echo none'), 'none');
    atFirst = await files();
    const archive = join(dir, 'busybox.tar');
    await busyboxImage(archive);
    for (const file of [deb, archive]) await ok('cp', file, 'box:/root/');
    await inside(`dpkg -i /root/pouch_0.0.1_amd64.deb`);
    assert.equal(await inside('systemctl is-active pouchd.socket pouchd.service'), 'active\nactive');
    assert.equal(await inside('stat -c "%U %G %a" /run/pouch/pouchd.sock'), 'root pouch 660');
    assert.equal(
      await inside('readlink /proc/$(systemctl show -P MainPID pouchd)/exe'),
      '/usr/lib/pouch/runtime/node',
    );
    assert.match(await inside('pouch version'), /^Server:\n Version: +\d/m);
    assert.equal(await inside('dpkg --verify pouch'), '');
    assert.match(await inside('pouchd --check-config'), /^OK/);
  });

  it('runs containers with networks and published ports', async () => {
    await inside('pouch load -qi /root/busybox.tar');
    assert.equal(await inside('pouch run --rm busybox echo hello'), 'hello');
    await inside('pouch network create apart; pouch run -d --name other --network apart busybox sleep 1000');
    await inside(
      `pouch run -d --name web -p 8080:80 busybox sh -c 'echo hello >/tmp/i; exec httpd -fp 80 -h /tmp'`,
    );
    assert.ok(await waitUntil(isServed, { withinMs: 20_000 }));
    pid = await inside(`pouch inspect -f '{{.State.Pid}}' web`);
  });

  it('is active for systemd once the declared containers run, and reloads', async () => {
    const declared =
      'declared: { image: busybox, command: [sleep, "1000"], network: none, stop-timeout: "0" }';
    await inside(
      `mkdir -p /etc/pouch/conf.d; echo 'containers: { ${declared} }' >/etc/pouch/conf.d/host.yaml`,
    );
    const state = `pouch inspect -f '{{.State.Status}}' declared`;
    assert.equal(await inside(`systemctl restart pouchd; ${state}`), 'running');
    const shown = await inside('systemctl show -P WatchdogUSec -P StatusText -P ActiveState pouchd');
    assert.equal(shown, '2min\nserving\nactive');
    await inside('rm -r /etc/pouch/conf.d; systemctl reload pouchd');
    assert.ok(
      await waitUntil(async () => !(await inside('pouch ps -a')).includes('declared'), { withinMs: 20_000 }),
    );
    assert.equal(await inside('systemctl is-active pouchd'), 'active');
  });

  it('has a manual without warnings, and completions', async () => {
    const pages = '$(dpkg -L pouch | grep /man/.*gz$)';
    assert.ok(Number(await inside(`ls ${pages} | wc -l`)) > 100);
    assert.equal(
      await inside(`LC_ALL=C.UTF-8 MANROFFSEQ= man --warnings -Tutf8 -Z -l ${pages} 2>&1 >/dev/null`),
      '',
    );
    assert.match(await inside('LC_ALL=C.UTF-8 man pouch-run | cat'), /--publish/);
    assert.match(await inside('man -f pouchd pouchd.yaml'), /^pouchd \(8\) .*\npouchd.yaml \(5\) /);
    const completion = '/usr/share/bash-completion/completions/pouch';
    assert.match(await inside(`bash -c '. ${completion}; complete -p pouch'`), /-F _?_?pouch/);
    await inside(
      'test -s /usr/share/zsh/vendor-completions/_pouch -a -s /usr/share/fish/vendor_completions.d/pouch.fish',
    );
  });

  it('keeps containers and a changed configuration in an upgrade', async () => {
    const tree = join(dir, 'tree');
    await execa('dpkg-deb', ['-R', deb, tree]);
    const control = join(tree, 'DEBIAN/control');
    await writeFile(control, (await readFile(control, 'utf8')).replace('Version: 0.0.1', 'Version: 0.0.2'));
    await appendFile(join(tree, 'etc/pouch/pouchd.yaml'), '# of the package\n');
    const next = join(dir, 'next.deb');
    await execa('dpkg-deb', ['--root-owner-group', '-Znone', '-b', tree, next]);
    await ok('cp', next, 'box:/root/next.deb');
    const served = await inside('systemctl show -P MainPID pouchd');
    await inside('echo "# of the administrator" >>/etc/pouch/pouchd.yaml');
    await inside('dpkg --force-confdef --force-confold -i /root/next.deb');
    assert.equal(await inside('tail -n 1 /etc/pouch/pouchd.yaml'), '# of the administrator');
    assert.notEqual(await inside('systemctl show -P MainPID pouchd'), served);
    assert.equal(await inside(`pouch inspect -f '{{.State.Pid}}' web`), pid);
    assert.ok(await isServed());
  });

  it('leaves containers when it is removed, and adopts them when it is installed again', async () => {
    await inside('dpkg --remove pouch');
    assert.ok(await isServed());
    assert.equal(
      await inside('test ! -e /usr/lib/pouch && ls /etc/pouch'),
      'pouchd.yaml\npouchd.yaml.dpkg-dist',
    );
    await inside('dpkg -i /root/next.deb');
    assert.equal(await inside(`pouch inspect -f '{{.State.Pid}}' web`), pid);
  });

  it('ends containers and removes everything when it is purged', async () => {
    await inside('dpkg --purge pouch');
    assert.deepEqual(
      (await files()).filter((path) => !atFirst.includes(path)),
      [],
    );
    assert.equal(await inside(`test ! -e /proc/${pid}; getent group pouch || ls /sys/class/net`), 'eth0\nlo');
    assert.equal(await inside('iptables-save | grep ^-A || true'), '');
    assert.equal(
      await inside('ps -eo args | grep -E "[ /]pouch|containerd-shim" | grep -v grep || true'),
      '',
    );
    assert.equal(
      await inside('ls -d /run/pouch /sys/fs/cgroup/pouch /sys/fs/cgroup/*/pouch 2>/dev/null || true'),
      '',
    );
    assert.equal(await inside('systemctl is-system-running'), 'running');
  });

  // It takes a minute of CPU time, and runs beside the other tests.
  it('has no findings of lintian but those that it explains', async function () {
    this.timeout(lintedWithinMs);
    assert.equal(await findings, '');
  });

  async function files(): Promise<string[]> {
    const found = (await inside('find / -xdev')).split('\n');
    return found.filter((path) => !ofOthers.test(path));
  }

  async function isServed(): Promise<boolean> {
    return (
      (await pouch('exec', 'box', 'busybox', 'wget', '-qO-', 'http://127.0.0.1:8080/i')).stdout === 'hello\n'
    );
  }
});

/** Resolves to the findings. Those that are as they should be are in scripts/package/files/lintian-overrides. */
async function lintian(deb: string, temporary: string): Promise<string> {
  // It leaves files behind.
  const env = { TMPDIR: temporary };
  const options = { all: true, reject: false, stdin: 'ignore', timeout: lintedWithinMs, env } as const;
  const { all, failed, shortMessage } = await execa('lintian', ['--allow-root', '--no-cfg', deb], options);
  return failed ? `${shortMessage}\n${all}` : all;
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
