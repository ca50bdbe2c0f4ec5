/** `pouch updatedaemon` changes settings of a daemon that runs, in its file. */
import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { useDaemon } from '../support/useDaemon.ts';

describe('updatedaemon', function () {
  this.timeout(60_000);
  const daemon = useDaemon({
    yaml: '# The host of the shop.\nlog: { level: info }\nstopTimeout: 10s # slow\n',
  });
  const { ok, pouch } = daemon;
  const text = () => readFile(daemon.it.configFile, 'utf8');
  const inForce = async (setting: string) => {
    const { stdout } = await daemon.it.pouchd('--print-config', '--format', 'json');
    const { config } = JSON.parse(stdout) as { config: Record<string, Record<string, unknown>> };
    const [group = '', name = ''] = setting.split('.');
    return name === '' ? config[group] : config[group]?.[name];
  };

  it('puts settings in force, and keeps comments, the mode and containers', async () => {
    await chmod(daemon.it.configFile, 0o640);
    await ok('run', '-d', '--name', 'shop', '--network', 'none', 'busybox', 'sleep', '1000');
    const { Pid } = (await daemon.it.inspect('shop'))!.State;
    const printed = await ok('updatedaemon', 'stopTimeout=3s', 'network.dns=["192.0.2.53"]');
    assert.equal(printed, 'setting network.dns has a new value\nsetting stopTimeout has a new value');
    assert.match(await text(), /^# The host of the shop\.[^]*stopTimeout: 3s # slow/m);
    assert.equal((await stat(daemon.it.configFile)).mode & 0o7777, 0o640);
    assert.deepEqual(await inForce('network.dns'), ['192.0.2.53']);
    assert.match(await daemon.sh('cat /etc/resolv.conf'), /^nameserver 192\.0\.2\.53$/m);
    assert.equal((await daemon.it.inspect('shop'))!.State.Pid, Pid);
    await ok('rm', '-f', 'shop');
    assert.equal(await ok('updatedaemon', '--unset', 'network.dns'), 'setting network.dns has a new value');
    assert.ok(!(await text()).includes('192.0.2.53'));
  });

  it('prints for each plugin what happened, and exits with 1 for one that cannot be loaded', async () => {
    const [good, bad] = ['good.ts', 'bad.ts'].map((name) => join(daemon.it.dir, name)) as [string, string];
    const plugin = (version: string) =>
      `import { definePlugin } from 'pouch/hooks';
       export default definePlugin({ name: 'good', version: '${version}', doc: 'x', setup() {} });`;
    await writeFile(good, plugin('1.0.0'));
    await writeFile(bad, `throw new Error('does not load');`);
    assert.equal(await ok('updatedaemon', `plugins=[{"path":"${good}"}]`), 'added   good');
    await writeFile(good, plugin('1.0.1'));
    const broken = await pouch(
      'updatedaemon',
      `plugins=[{"path":"${good}"},{"path":"${bad}"}]`,
      'stopTimeout=9s',
    );
    assert.equal(broken.exitCode, 1);
    assert.match(broken.stdout, /^updated +good$/m);
    assert.match(
      broken.stdout,
      /^quarantined +\S+ +.*does not load.*\nsetting stopTimeout has a new value\n$/m,
    );
    assert.match(await ok('updatedaemon', '--unset', 'plugins'), /^removed +good$/m);
  });

  it('refuses what needs a restart, and writes it with --offline', async () => {
    const before = await text();
    const refused = await pouch(
      'updatedaemon',
      'containerd.startTimeout=20s',
      'shutdownTimeout=7s',
      'cgroupParent=/other',
    );
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /cgroupParent: .*\n.*hint: write them with `offline`.*\n.*PCH_CONFIG_FIXED/);
    assert.equal(await text(), before);
    const own = (await inForce('cgroupParent')) as string;
    assert.match(await ok('updatedaemon', '--offline', 'shutdownTimeout=7s'), /pouchd\.yaml is written/);
    assert.match(await text(), /shutdownTimeout: 7s/);
    assert.equal(await inForce('cgroupParent'), own);
  });

  for (const [name, args, code] of [
    ['an unknown setting', ['log.levle=debug'], 'PCH_CONFIG_INVALID'],
    ['an invalid value', ['log.level=loud'], 'PCH_CONFIG_INVALID'],
    ['a value of another type', ['network.dns={"a":1}'], 'PCH_CONFIG_INVALID'],
    ['nothing', [], 'PCH_OPTION_INVALID'],
    ['no value', ['log.level'], 'PCH_OPTION_INVALID'],
    ['a setting twice', ['log.level=info', '--unset', 'log.level'], 'PCH_OPTION_INVALID'],
  ] as const)
    it(`refuses ${name}, and the next call works`, async () => {
      const before = await text();
      const { exitCode, stderr } = await pouch('updatedaemon', ...args);
      assert.notEqual(exitCode, 0);
      assert.ok(stderr.includes(code), stderr);
      assert.equal(await text(), before);
      await ok('updatedaemon', 'log.level=info');
    });

  it('takes changes of several clients at once', async () => {
    const settings = ['stopTimeout=4s', 'log.level=warn', 'files.timeout=9s', 'shutdownTimeout=8s'];
    await Promise.all(settings.map((pair) => ok('updatedaemon', pair)));
    const written = await text();
    for (const value of ['4s', 'warn', '9s', '8s']) assert.ok(written.includes(value), written);
    const beside = await readdir(dirname(daemon.it.configFile));
    assert.deepEqual(
      beside.filter((name) => name.endsWith('.new')),
      [],
    );
  });

  it('leaves a file that has mistakes as it is', async () => {
    const good = await text();
    await writeFile(daemon.it.configFile, `${good}\nnosuch: 1\n`);
    const { stderr } = await pouch('updatedaemon', 'log.level=info');
    assert.match(stderr, /nosuch[^]*PCH_CONFIG_INVALID/);
    assert.equal(await text(), `${good}\nnosuch: 1\n`);
    await writeFile(daemon.it.configFile, good);
    await ok('updatedaemon', 'log.level=info');
  });

  it('survives kill -9 with the old or the new file', async () => {
    const changing = pouch('updatedaemon', 'stopTimeout=5s');
    await daemon.it.kill9();
    await changing;
    await daemon.it.start();
    assert.match(await text(), /stopTimeout: [45]s/);
    await ok('updatedaemon', 'stopTimeout=6s');
    assert.match(await text(), /stopTimeout: 6s/);
  });
});
