import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { DatagramReceiver } from '../support/DatagramReceiver.ts';
import { TestRegistry } from '../support/TestRegistry.ts';
import { useDaemon } from '../support/useDaemon.ts';

const sleeper = { command: ['sleep', '1000'], network: 'none', 'stop-timeout': '0' };
/** Abstract, so that it needs no directory. */
const address = `@pouch-test-notify-${process.pid}`;

describe('a start of the host', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon({ env: { NOTIFY_SOCKET: address, WATCHDOG_USEC: '200000' } });
  const { pouch, ok } = daemon;
  let registry: TestRegistry;
  let systemd: DatagramReceiver;
  const at = (name: string) => `${registry.host}/${name}`;

  const write = (sections: object) => daemon.it.declare(sections);
  const status = async () => (await pouch('status')).stdout;
  const until = async (what: string, condition: () => boolean | Promise<boolean>) =>
    assert.ok(
      await waitUntil(condition, { withinMs: 30_000 }),
      `${what}: ${await status()} ${systemd.received.join(', ')}`,
    );
  const isRunning = async (name: string) => (await daemon.it.inspect(name))?.State.Status === 'running';

  before(async function () {
    this.timeout(90_000);
    systemd = await DatagramReceiver.start(address);
    registry = await TestRegistry.start();
    await ok('tag', 'busybox', at('app:1'));
    await ok('push', at('app:1'));
    await ok('rmi', at('app:1'));
  });
  beforeEach(() => (systemd.received.length = 0));
  afterEach(async () => {
    await registry.resume();
    await write({});
    await ok('apply', '--prune', '--yes');
  });
  after(async () => {
    systemd.stop();
    await registry.stop();
  });

  it('is ready once the containers are up, and reports what it does until then', async () => {
    await daemon.it.stop();
    await write({
      containers: {
        db: { ...sleeper, image: 'busybox', 'health-cmd': 'true', 'health-interval': '300ms' },
        web: { ...sleeper, image: 'busybox', dependsOn: { db: 'healthy' } },
      },
    });
    await daemon.it.start();
    // The API serves before the containers are up.
    assert.match(await status(), /of 2 declared objects/);
    assert.ok(!systemd.received.includes('READY=1'));
    await until('ready', () => systemd.received.includes('READY=1'));
    assert.ok((await isRunning('db')) && (await isRunning('web')));
    assert.ok(systemd.received.includes('EXTEND_TIMEOUT_USEC=30000000'));
    assert.ok(systemd.received.includes('STATUS=1 of 2 declared objects: container db'));
    await until('watchdog', () => systemd.received.includes('WATCHDOG=1'));

    systemd.received.length = 0;
    await daemon.it.reload(/configuration reloaded/);
    await until('reloaded', () => systemd.received.includes('READY=1'));
    assert.ok(systemd.received.indexOf('RELOADING=1') < systemd.received.indexOf('READY=1'));
  });

  it('needs no registry for images that the host has, and pulls the others once it is back', async () => {
    const local = { ...sleeper, image: 'busybox', pull: 'always' };
    const sections = {
      images: { 'busybox:latest': { refresh: 'every 1m' }, 'no-such-host.invalid/app:1': {} },
      containers: {
        one: local,
        two: { ...local, dependsOn: 'one' },
        away: { ...sleeper, image: at('app:1') },
      },
    };
    await daemon.it.stop();
    await write(sections);
    await registry.halt();
    const begun = performance.now();
    await daemon.it.start();
    await until('local ones run', async () => (await isRunning('one')) && (await isRunning('two')));
    assert.ok(performance.now() - begun < 15_000);
    await until('ready', () => systemd.received.includes('READY=1'));
    const shown = await status();
    assert.match(shown, /image +no-such-host\.invalid\/app:1 +failed/);
    assert.match(shown, new RegExp(`image +${at('app:1')} +failed`));
    assert.match(shown, new RegExp(`container +away +failed +it waits for its image ${at('app:1')}: `));

    await daemon.it.kill9();
    await daemon.it.start();
    assert.ok((await isRunning('one')) && (await isRunning('two')));
    await registry.resume();
    await until('the other one runs', () => isRunning('away'));
    assert.doesNotMatch(await status(), /container/);
  });

  it('has a refresh that a registry refuses in its status, until it succeeds', async () => {
    await write({ images: { [at('app:1')]: { refresh: 'every 1m' } } });
    await ok('apply');
    await daemon.it.stop();
    await registry.halt();
    await writeFile(
      join(daemon.it.root, 'host-agent', 'images.json'),
      JSON.stringify({
        version: 1,
        images: { [at('app:1')]: { own: true, onRemove: 'keep', refreshedAt: '2020-01-01T00:00:00.000Z' } },
      }),
    );
    await daemon.it.start();
    await until('the refresh fails', async () =>
      /failed +not refreshed, the image that the host/.test(await status()),
    );
    await registry.resume();
    await until('the refresh succeeds', async () => (await pouch('status')).exitCode === 0);
  });

  it('leaves a container as it is whose secret is gone, and applies the others', async () => {
    const secret = join(daemon.it.dir, 'secret');
    await writeFile(secret, 'correct horse', { mode: 0o600 });
    const web = { ...sleeper, image: 'busybox', 'secret-env': { PW: `\${file:${secret}}` } };
    await write({ containers: { web } });
    await ok('apply');
    const before = await daemon.it.inspect('web');
    await daemon.it.stop();
    await rm(secret);
    await write({ containers: { web: { ...web, memory: '32m' }, db: { ...sleeper, image: 'busybox' } } });
    await daemon.it.start();
    await until('the other', () => isRunning('db'));
    assert.match(
      await status(),
      /container +web +broken +\S+: containers\.web\.secret-env\.PW: expected a readable file/,
    );
    const { Id, State } = (await daemon.it.inspect('web'))!;
    assert.deepEqual([Id, State.Pid], [before!.Id, before!.State.Pid]);
    assert.match((await pouch('apply')).stderr, /expected a readable file, found .*secret: no such file/);

    await writeFile(secret, 'correct horse', { mode: 0o600 });
    await ok('apply');
    assert.equal((await daemon.it.inspect('web'))!.HostConfig.Memory, 32 * 1024 * 1024);
    assert.match(await status(), /^2 of 2 declared objects are as declared/);
  });

  it('takes the files that were last in force if those of the host have mistakes', async () => {
    await write({ containers: { web: { ...sleeper, image: 'busybox' } } });
    await ok('apply');
    const { configFile, dir } = daemon.it;
    const good = await readFile(configFile, 'utf8');
    const dropIn = join(dir, 'conf.d/shop.yaml');
    await mkdir(join(dir, 'conf.d'));
    for (const [file, text, problem] of [
      [configFile, `${good}log: [\n`, /expected YAML 1\.2/],
      [dropIn, 'stopTimeout: soon\n', /conf\.d\/shop\.yaml:1:14: stopTimeout: expected .*, found "soon"/],
    ] as const) {
      await writeFile(file, text);
      await daemon.it.rebootHost();
      await until('the container', () => isRunning('web'));
      await until('ready', () => systemd.received.includes('READY=1'));
      const shown = await pouch('status');
      assert.match(shown.stdout, /^1 of 1 declared objects are as declared/);
      assert.match(shown.stdout, new RegExp(`the files are not in force: .*${problem.source}`));
      assert.equal(shown.exitCode, 1);
      assert.match(await daemon.it.log(), /the files have mistakes: those that were last in force are used/);
      // It is as with files that became broken while pouchd runs.
      assert.match((await pouch('apply')).stderr, problem);
      await ok('run', '--rm', '--network', 'none', 'busybox', 'true');
      await (file === configFile ? writeFile(file, good) : rm(file));
      await daemon.it.reload(/configuration reloaded/);
      assert.equal((await pouch('status')).exitCode, 0);
    }
  });

  it('takes those that came into force without a plugin: what they declare stays', async () => {
    const plugin = join(daemon.it.dir, 'adds.ts');
    await copyFile(join(import.meta.dirname, 'support/plugins/adds.ts'), plugin);
    const plugins = (labels: unknown) => [{ path: plugin, isolation: 'in-process', options: { labels } }];
    const names = ['one', 'two', 'three', 'four', 'five'];
    const some = (count: number) =>
      Object.fromEntries(names.slice(0, count).map((name) => [name, { ...sleeper, image: 'busybox' }]));
    await write({ plugins: plugins({ team: 'shop' }), containers: some(4) });
    await ok('apply');
    await write({ plugins: plugins('none'), containers: some(5) });
    assert.match((await pouch('apply')).stderr, /kept +adds .*options\.labels must be object/);
    const pidOf = async () => (await daemon.it.inspect('five'))?.State.Pid;
    const before = await pidOf();
    const good = await readFile(daemon.it.configFile, 'utf8');
    await writeFile(daemon.it.configFile, `${good}log: [\n`);
    systemd.received.length = 0;
    await daemon.it.restart();
    await until('ready', () => systemd.received.includes('READY=1'));
    assert.match(await status(), /^5 of 5 declared objects are as declared/);
    assert.match(await status(), /^plugin adds: .*options\.labels must be object/m);
    assert.equal(await pidOf(), before);
  });

  it('makes no container without a required plugin whose secret is gone', async () => {
    const secret = join(daemon.it.dir, 'secret');
    const plugin = join(daemon.it.dir, 'adds.ts');
    const text = await readFile(join(import.meta.dirname, 'support/plugins/adds.ts'), 'utf8');
    await writeFile(plugin, text.replace("name: 'adds',", "name: 'adds', required: true,"));
    await writeFile(secret, 'correct horse', { mode: 0o600 });
    const options = { labels: { team: `\${file:${secret}}` } };
    await write({ plugins: [{ path: plugin, isolation: 'in-process', options }] });
    await ok('apply');
    await rm(secret);
    await daemon.it.restart();
    const run = ['run', '--rm', '--network', 'none', 'busybox', 'true'];
    assert.match((await pouch(...run)).stderr, /no container is made without plugin adds .*no such file/);
    const shown = await pouch('status');
    assert.match(shown.stdout, /the files are not in force: plugin adds: .*expected a readable file/);
    assert.equal(shown.exitCode, 1);

    await writeFile(secret, 'correct horse', { mode: 0o600 });
    await ok('apply');
    await ok(...run);
    assert.equal((await pouch('status')).exitCode, 0);
  });

  it('leaves out a plugin and credentials whose secrets are gone, until they are back', async () => {
    const secret = join(daemon.it.dir, 'secret');
    const plugin = join(daemon.it.dir, 'adds.ts');
    await copyFile(join(import.meta.dirname, 'support/plugins/adds.ts'), plugin);
    await writeFile(secret, 'correct horse', { mode: 0o600 });
    const reference = `\${file:${secret}}`;
    await write({
      plugins: [{ path: plugin, isolation: 'in-process', options: { labels: { team: reference } } }],
      registries: { credentials: { 'registry.example': { username: 'me', password: reference } } },
      containers: { web: { ...sleeper, image: 'busybox' } },
    });
    await ok('apply');
    const labelOf = async () => (await daemon.it.inspect('web'))!.Config.Labels?.['team'];
    assert.equal(await labelOf(), 'correct horse');
    await rm(secret);
    await daemon.it.rebootHost();
    await until('the container', () => isRunning('web'));
    assert.equal(await labelOf(), 'correct horse');
    const { stdout, exitCode } = await pouch('status');
    assert.match(stdout, /the files are not in force: .*credentials.*password: expected a readable file/);
    assert.equal(exitCode, 1);
    assert.match(await ok('plugin', 'ls'), /adds\S* .*quarantined/);
    assert.match(
      (await pouch('apply')).stderr,
      /plugins\[0\]\.options\.labels\.team: expected a readable file/,
    );

    await writeFile(secret, 'correct horse', { mode: 0o600 });
    assert.equal(await ok('apply'), 'nothing to do');
    assert.equal((await pouch('status')).exitCode, 0);
    assert.doesNotMatch(await ok('plugin', 'ls'), /quarantined/);
  });

  it('is ready although the host is paused', async () => {
    await ok('apply', '--pause');
    await daemon.it.stop();
    await write({ containers: { web: { ...sleeper, image: 'busybox' } } });
    systemd.received.length = 0;
    await daemon.it.start();
    await until('ready', () => systemd.received.includes('READY=1'));
    assert.match(await status(), /paused by user 0 since .*, 1 pending/);
    await ok('apply', '--resume');
    assert.ok(await isRunning('web'));
  });
});
