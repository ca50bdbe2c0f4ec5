import assert from 'node:assert/strict';
import { useDaemon } from '../support/useDaemon.ts';

const sleeper = { image: 'busybox', command: ['sleep', '1000'], network: 'none', 'stop-timeout': '0' };
const web = { ...sleeper, dependsOn: { db: 'healthy' } };
const problem =
  /containers\.web\.dependsOn: expected a container with a health check for healthy, found db, which has none \(give it health-cmd, or an image with a HEALTHCHECK, or wait for started\)/;

describe('a declared container that waits for the health of another one', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  const write = (containers: object) => daemon.it.declare({ containers });
  const names = async () =>
    (await daemon.it.client.containers.list({ all: true })).map(({ Names }) => Names[0]).toSorted();

  before(() => daemon.it.loadImage('checked', [], { Healthcheck: { Test: ['CMD', '/no/such'] } }));

  afterEach(async () => {
    await write({});
    await ok('apply', '--prune', '--yes');
  });

  it('is a problem of the plan if that one has no health check, and holds nothing else up', async () => {
    await write({ web, db: sleeper, other: sleeper });
    const dry = await pouch('apply', '--dry-run');
    assert.equal(dry.exitCode, 1);
    assert.match(dry.stdout, new RegExp(`^! \\S+pouchd\\.yaml:\\d+: ${problem.source}$`, 'm'));
    assert.match(dry.stdout, /^\+ container db: create/m);
    assert.ok(!dry.stdout.includes('container web: create'));
    assert.equal((await pouch('apply')).exitCode, 1);
    assert.deepEqual(await names(), ['/db', '/other']);
    const status = await pouch('status');
    assert.match(status.stdout, /^2 of 3 declared/);
    assert.match(status.stdout, /^container +web +broken +.*found db, which has none/m);
    // Also once it runs.
    assert.match((await pouch('apply', '--dry-run')).stdout, problem);

    await write({
      web,
      db: { ...sleeper, 'health-cmd': 'true', 'health-interval': '100ms' },
      other: sleeper,
    });
    await ok('apply', '--wait');
    assert.match(await ok('status'), /^3 of 3 declared/);
  });

  it('has no problem with an image with a health check, for one of a profile, and for an image that is not known yet', async () => {
    const absent = 'registry.invalid/app:1';
    for (const db of [{ image: 'checked' }, { image: absent, pull: 'never' }, { profiles: ['probed'] }]) {
      await daemon.it.declare({
        profiles: { probed: { 'health-cmd': 'true' } },
        containers: { web, db: { ...sleeper, ...db } },
      });
      const dry = await pouch('apply', '--dry-run');
      assert.equal(dry.exitCode, 2, dry.stdout);
      assert.match(dry.stdout, /^\+ container web: create/m);
    }
  });

  it('is a mistake of the file if that one has no-healthcheck', async () => {
    await write({ web, db: { ...sleeper, image: 'checked', 'no-healthcheck': true } });
    const check = await pouch('config', 'check', daemon.it.configFile);
    assert.equal(check.exitCode, 1);
    assert.match(check.stdout + check.stderr, problem);
    const refused = await pouch('apply');
    assert.equal(refused.exitCode, 1);
    assert.deepEqual(await names(), []);
  });
});
