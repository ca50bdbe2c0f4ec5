import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDebian } from '../support/debianImage.ts';
import { legacy, userlands } from '../support/hostImages.ts';
import { everyCase } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Longest that a container may take to boot or stop, on a loaded host. */
const bootWithinMs = 90_000;
const stopWithinMs = 15_000;

const services = ['ssh', 'cron', 'rsyslog', 'apache2', 'mariadb', 'postgresql', 'nginx'];

/** The web servers would both listen on port 80. */
const nginxSite = 'server {\n  listen 8080 default_server;\n  root /var/www/html;\n}\n';

/** Images of several hundred MiB are bootstrapped: only where every case is tested. */
const describeIf = everyCase() ? describe : describe.skip;

describeIf('a legacy host as a rich container', function () {
  this.timeout(300_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  let directory: string;

  useDebian(daemon, legacy);
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'legacy-'));
    await chmod(directory, 0o755);
    await writeFile(join(directory, 'site'), nginxSite, { mode: 0o644 });
    const site = `${join(directory, 'site')}:/etc/nginx/sites-available/default:ro`;
    await ok('run', '-d', '--rich', '--wait', '--name', 'box', '-v', site, legacy.reference);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const inside = (script: string) => ok('exec', 'box', 'bash', '-euc', script);
  const sql = (query: string) => inside(`mariadb -N -e ${JSON.stringify(query)}`);
  const postgres = (query: string) => inside(`runuser -u postgres -- psql -Atqc ${JSON.stringify(query)}`);
  const isRunning = async () => {
    assert.equal(
      await inside('systemctl is-system-running --wait; systemctl --failed --no-legend'),
      'running',
    );
    assert.equal(
      await inside(`systemctl is-active ${services.join(' ')}`),
      services.map(() => 'active').join('\n'),
    );
  };

  it('is running, without a failed unit, with each of its services', isRunning);

  it('apache serves a page of PHP, and nginx one beside it', async () => {
    await inside(`echo '<?php echo "php ", 6 * 7;' >/var/www/html/six.php`);
    assert.equal(await inside('curl -sf localhost/six.php'), 'php 42');
    const { IPAddress: address } = (await daemon.it.inspect('box'))!.NetworkSettings;
    assert.equal(await (await fetch(`http://${address}/six.php`)).text(), 'php 42');
    assert.equal((await fetch(`http://${address}:8080/`)).status, 200);
  });

  it('mariadb and postgresql have their data', async () => {
    await sql('CREATE DATABASE shop; CREATE TABLE shop.t (n INT); INSERT INTO shop.t VALUES (42)');
    assert.equal(await sql('SELECT n FROM shop.t'), '42');
    await postgres('CREATE TABLE t (n int); INSERT INTO t VALUES (43)');
    assert.equal(await postgres('SELECT n FROM t'), '43');
  });

  it('rsyslog writes what is logged', async () => {
    await inside('logger -t legacy "a line for syslog"');
    const isWritten = () =>
      inside('cat /var/log/syslog').then(
        (text) => text.includes('legacy: a line for syslog'),
        () => false,
      );
    assert.ok(await waitUntil(isWritten, { withinMs: 10_000 }));
  });

  it('ssh lets a key in', async () => {
    await inside(
      'mkdir -p -m 700 /root/.ssh; ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id; cp /root/.ssh/id.pub /root/.ssh/authorized_keys',
    );
    const options = '-o StrictHostKeyChecking=no -o BatchMode=yes -o LogLevel=ERROR';
    assert.equal(await inside(`ssh ${options} -i /root/.ssh/id root@localhost id -un`), 'root');
  });

  it('services are kept from what their units take from them', async () => {
    const mountsOf = (service: string) =>
      inside(`cat /proc/$(systemctl show -P MainPID ${service})/mountinfo`);
    const mariadb = await mountsOf('mariadb');
    // ProtectSystem=full and ProtectHome=yes.
    for (const path of ['/usr', '/etc'])
      assert.match(mariadb, new RegExp(`^\\d+ \\d+ \\S+ ${path} ${path} ro,`, 'm'));
    for (const path of ['/home', '/root'])
      assert.match(mariadb, new RegExp(`^\\d+ \\d+ \\S+ \\S*/inaccessible/dir ${path} ro,`, 'm'));
    assert.match(await mountsOf('apache2'), /^\d+ \d+ \S+ \S*\/systemd-private-\S+apache2\S+\/tmp \/tmp /m);
    // From inside of it: a page of PHP writes to a /tmp that others do not see.
    await inside(`echo '<?php echo file_put_contents("/tmp/of-apache", "x");' >/var/www/html/write.php`);
    assert.equal(
      await inside('curl -sf localhost/write.php; test -e /tmp/of-apache || echo " apart"'),
      '1 apart',
    );
  });

  it('stops in time with code 0 three times, and has its data and its cron jobs afterwards', async () => {
    await inside(`echo '@reboot root date +\\%s >>/var/tmp/cron-ran' >/etc/cron.d/at-boot`);
    for (let time = 1; time <= 3; time += 1) {
      const begin = performance.now();
      await ok('stop', 'box');
      const took = performance.now() - begin;
      assert.ok(took < stopWithinMs, `stopped after ${took} ms`);
      assert.equal((await daemon.it.inspect('box'))!.State.ExitCode, 0);
      await ok('start', 'box');
      await ok('wait', '--condition', 'ready', 'box');
      await isRunning();
      assert.equal(await sql('SELECT n FROM shop.t'), '42');
      assert.equal(await postgres('SELECT n FROM t'), '43');
      assert.equal(await inside('curl -sf localhost/six.php'), 'php 42');
      const hasRun = async () =>
        (await inside('cat /var/tmp/cron-ran 2>/dev/null || true')).split('\n').filter(Boolean).length ===
        time;
      assert.ok(await waitUntil(hasRun, { withinMs: bootWithinMs }), `cron has run its job ${time} times`);
    }
  });
});

for (const image of userlands)
  describeIf(`a rich container of ${image.reference}`, function () {
    this.timeout(300_000);
    const daemon = useDaemon();
    const { ok } = daemon;
    const inside = (script: string) => ok('exec', 'box', 'sh', '-euc', script);

    useDebian(daemon, image);
    afterEach(() => daemon.pouch('rm', '-f', 'box'));

    for (const runtime of ['runc', 'crun', 'runlxc'])
      it(`boots, restarts and stops in time: ${runtime}`, async () => {
        const options = ['--name', 'box', '--runtime', runtime, '--memory', '300m'];
        await ok('run', '-d', '--rich', '--wait', ...options, image.reference);
        const isRunning = async () => {
          assert.equal(await inside('systemctl is-system-running --wait'), 'running');
          assert.equal(await inside('systemctl is-active ssh cron'), 'active\nactive');
        };
        await isRunning();
        assert.match(await inside('free -m'), /^Mem:\s+300 /m);
        const key = await inside('cat /etc/ssh/ssh_host_ed25519_key.pub');
        await ok('restart', 'box');
        await ok('wait', '--condition', 'ready', 'box');
        await isRunning();
        assert.equal(await inside('cat /etc/ssh/ssh_host_ed25519_key.pub'), key);
        const begin = performance.now();
        await ok('stop', 'box');
        assert.ok(performance.now() - begin < stopWithinMs);
        assert.equal((await daemon.it.inspect('box'))!.State.ExitCode, 0);
      });
  });
