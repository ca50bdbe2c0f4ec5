import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDebian } from '../support/debianImage.ts';
import { type DeclaredHost, testDeclaredHost } from '../support/declaredHost.ts';
import { legacyEdits } from '../support/hostEdits/legacyEdits.ts';
import { legacy } from '../support/hostImages.ts';
import { everyCase } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Images of several hundred MiB are bootstrapped: only where every case is tested. */
const describeIf = everyCase() ? describe : describe.skip;

const others = ['ssh', 'cron', 'rsyslog', 'nginx', 'postgresql', 'mariadb', 'apache2'];
const onlyService = (name: string) =>
  `systemctl -q disable ${others.filter((one) => one !== name).join(' ')}; systemctl -q enable ${name}`;

/** What makes the two images of the legacy one. */
const setups = {
  db: [
    onlyService('mariadb'),
    'sed -i "s/^bind-address.*/bind-address = 0.0.0.0/" /etc/mysql/mariadb.conf.d/50-server.cnf',
  ],
  web: [
    onlyService('apache2'),
    'rm -f /var/www/html/index.html',
    `echo '<?php passthru("mariadb -h db -u shop -p".trim(file_get_contents("/etc/shop-password"))." -N -e \\"SELECT v FROM shop.t\\"");' >/var/www/html/index.php`,
  ],
};

describeIf('a legacy host that its file declares', function () {
  this.timeout(400_000);
  this.slow(60_000);
  const daemon = useDaemon({ hasOwnNetwork: true });
  const { ok, pouch } = daemon;
  let password: string;
  useDebian(daemon, legacy);

  const inside = (name: string, script: string) => ok('exec', name, 'bash', '-euc', script);
  const sql = (query: string) => inside('db', `mariadb -N -e ${JSON.stringify(query)}`);

  async function makeImage(name: keyof typeof setups, more: readonly string[] = []): Promise<void> {
    const script = [...setups[name], ...more].join('\n');
    await ok('run', '--network', 'none', '--name', 'setup', legacy.reference, 'bash', '-euc', script);
    await ok('commit', '--change', 'CMD ["/sbin/init"]', 'setup', `shop-${name}:1`);
    await ok('rm', 'setup');
  }

  before(async () => {
    password = join(daemon.it.dir, 'password');
    await writeFile(password, 'staple-battery', { mode: 0o600 });
    await makeImage('db');
    await makeImage('web');
    const secret = '${file:' + password + '}';
    const rich = { profiles: ['legacy-vm'], network: 'shop', 'stop-timeout': '20' };
    Object.assign(host.sections, {
      networks: { shop: {} },
      volumes: { data: { onRemove: 'remove' } },
      containers: {
        db: { image: 'shop-db:1', ...rich, volume: ['data:/var/lib/mysql'], memory: '500m' },
        web: {
          image: 'shop-web:1',
          ...rich,
          memory: '300m',
          dependsOn: ['db'],
          'secret-env': { SHOP_PASSWORD: secret },
        },
      },
    });
  });

  let value = 0;

  /** The page shows what the database has, and both have booted without a failed unit. */
  async function works(): Promise<void> {
    for (const name of ['db', 'web'])
      assert.equal(await inside(name, 'systemctl is-system-running --wait || systemctl --failed'), 'running');
    const secret = await inside('web', 'tr "\\0" "\\n" </proc/1/environ | sed -n s/^SHOP_PASSWORD=//p');
    assert.equal(secret, 'staple-battery');
    await inside('web', `echo ${secret} >/etc/shop-password; chmod 644 /etc/shop-password`);
    value += 1;
    await sql(
      `CREATE DATABASE IF NOT EXISTS shop; CREATE TABLE IF NOT EXISTS shop.t (v INT); DELETE FROM shop.t; INSERT INTO shop.t VALUES (${value}); GRANT ALL ON shop.* TO shop@'%' IDENTIFIED BY '${secret}'`,
    );
    const shows = async () =>
      (await pouch('exec', 'web', 'curl', '-sf', 'localhost')).stdout.trim() === `${value}`;
    assert.ok(await waitUntil(shows, { withinMs: 20_000 }), 'the page shows what the database has');
  }

  const host: DeclaredHost = {
    sections: { containers: {} },
    edits: legacyEdits,
    works,
    upWithinMs: 120_000,
    killedAt: (steps) => steps,
    async refreshImage() {
      await inside('web', 'echo kept >/var/www/upload');
      await makeImage('web', ['echo "<?php echo 2;" >/var/www/html/version.php']);
      return ['~ container web: upgrade image'];
    },
    drift: {
      commands: [
        ['update', '--memory', '600m', 'db'],
        ['stop', 'web'],
      ],
      reported: /container db\n {4}memory: declared 500m, found 600m[^]*container web: stopped/,
    },
  };
  testDeclaredHost(daemon, host);
});
