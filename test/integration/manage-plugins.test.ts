import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { NpmRegistry } from '../support/NpmRegistry.ts';
import { TestRegistry } from '../support/TestRegistry.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** A plugin that labels containers. */
function plugin(name: string, { top = '', value = 'yes' } = {}): string {
  return `import { definePlugin } from 'pouch/hooks';
${top}
export default definePlugin({
  name: '${name}',
  version: '1.0.0',
  hooks: ['container.preCreate'],
  setup({ hooks }) {
    hooks.container.preCreate.tap((draft) => void (draft.labels['${name}'] = '${value}'));
  },
});
`;
}

describe('pouch plugin', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  let folder = '';

  before(async () => {
    folder = join(daemon.it.dir, 'plugins');
    await mkdir(folder, { mode: 0o755 });
  });

  async function write(name: string, text: string): Promise<string> {
    const path = join(folder, `${name}.ts`);
    await writeFile(path, text);
    return path;
  }

  it('validate loads a plugin as pouchd does, with or without a daemon', async () => {
    const good = await write('good', plugin('good'));
    const bad = await write('bad', plugin('bad', { top: 'process.exit(3);' }));
    const { exitCode, stdout, stderr } = await daemon.pouch('plugin', 'validate', bad, good);
    assert.equal(exitCode, 1);
    assert.equal(stdout, 'good 1.0.0 is valid; hooks: container.preCreate\n');
    assert.match(
      stderr,
      /plugin bad: plugin file .*bad\.ts cannot be used: its process ended \(exit code 3\)/,
    );
    assert.match(stderr, /^code: PCH_PLUGIN_PROCESS$/m);
    const found = await daemon.it.client.plugins.validate(bad);
    assert.equal(found.problem?.code, 'PCH_PLUGIN_PROCESS');
    await write('bad', plugin('bad'));
    assert.equal((await daemon.it.client.plugins.validate(bad)).problem, undefined);
  });

  it('test runs the tests of a new plugin, and ends with their exit code', async () => {
    await daemon.ok('plugin', 'new', 'shelly', '--shell', '--dir', folder);
    const created = join(folder, 'shelly');
    const passed = await daemon.pouch('plugin', 'test', created);
    assert.equal(passed.exitCode, 0, passed.stderr);
    assert.match(passed.stderr, /^> \.\/shelly_test$/m);
    await writeFile(join(created, 'shelly_test'), '#!/bin/sh\nexit 7\n');
    assert.equal((await daemon.pouch('plugin', 'test', created)).exitCode, 7);
  });

  /** Writes a configuration with these files. */
  const configure = (...paths: string[]) =>
    daemon.it.configure(`plugins:\n${paths.map((path) => `  - path: ${path}\n`).join('')}`);

  it('reload prints what has changed, and ends with 1 while a plugin is broken', async () => {
    const first = await write('first', plugin('first'));
    const second = await write('second', plugin('second'));
    await configure(first);
    assert.equal(await daemon.ok('plugin', 'reload'), 'added   first');
    await configure(first, second);
    await write('first', 'export default {');
    const { exitCode, stdout } = await daemon.pouch('plugin', 'reload');
    assert.equal(exitCode, 1);
    assert.match(stdout, /^kept +first +serves the version of generation \d+: .*first\.ts cannot be loaded/m);
    assert.match(stdout, /^added +second$/m);
    await write('first', plugin('first', { value: 'edited' }));
    assert.equal(await daemon.ok('plugin', 'reload'), 'updated   first');
    assert.equal(await daemon.ok('plugin', 'reload'), 'nothing has changed');
    const label = '{{index .Config.Labels "first"}}';
    await daemon.ok('create', '--name', 'labelled', 'busybox');
    assert.equal(await daemon.ok('inspect', '--format', label, 'labelled'), 'edited');
    await daemon.ok('rm', 'labelled');
  });

  it('reload of a broken pouchd.yaml changes nothing, and says where it is broken', async () => {
    await daemon.it.configure('nosuch: 1\n');
    const { exitCode, stderr } = await daemon.pouch('plugin', 'reload');
    assert.equal(exitCode, 1);
    assert.match(stderr, /pouchd\.yaml:\d+:1: nosuch/);
    assert.match(stderr, /^code: PCH_CONFIG_INVALID$/m);
    assert.match(await daemon.ok('plugin', 'ls'), /^first +1\.0\.0 +active/m);
    await daemon.it.configure('');
    assert.match(await daemon.ok('plugin', 'reload'), /^removed   first\nremoved   second$/);
  });

  it('ls and inspect have the state of each plugin, and what its calls have cost', async () => {
    await configure(await write('counted', plugin('counted')));
    await daemon.ok('plugin', 'reload');
    await daemon.sh('true');
    const format = '{{.Name}} {{.Version}} {{.State}} {{.Calls}} {{.Errors}} {{.Breaker}}';
    const lines = (await daemon.ok('plugin', 'ls', '--format', format)).split('\n');
    assert.ok(lines.includes('counted 1.0.0 active 1 0 '), lines.join('\n'));
    const times = await daemon.ok(
      'plugin',
      'ls',
      '--format',
      '{{.Name}} {{.Isolation}} {{.Load}} {{.P50}} {{.P99}}',
    );
    assert.match(times, /^counted \S+ [\d.]+ms [\d.]+ms [\d.]+ms$/m);
    const [inspected] = JSON.parse(await daemon.ok('plugin', 'inspect', 'counted')) as [{ taps: object[] }];
    const [{ hook, calls }] = inspected.taps as [{ hook: string; calls: number }];
    assert.deepEqual([hook, calls], ['container.preCreate', 1]);
  });

  it('graph draws the order of taps as text and as SVG', async () => {
    const text = await daemon.ok('plugin', 'graph', 'container.preCreate');
    assert.match(text, /^ +\d+ +main +counted +at .*pouchd\.yaml:\d+$/m);
    const file = join(folder, 'graph.svg');
    await daemon.ok('plugin', 'graph', '--svg', '-o', file);
    assert.equal(await readFile(file, 'utf8'), `${await daemon.ok('plugin', 'graph', '--svg')}\n`);
    const { exitCode, stderr } = await daemon.pouch('plugin', 'graph', 'container.nosuch');
    assert.equal(exitCode, 1);
    assert.match(stderr, /no hook point is named container\.nosuch/);
  });

  it('disable holds over a restart, and effects of the plugin stay undoable', async () => {
    const mark = join(folder, 'mark');
    const path = await write(
      'marks',
      `import { rm, writeFile } from 'node:fs/promises';
import { definePlugin } from 'pouch/hooks';
export default definePlugin({
  name: 'marks',
  setup({ hooks, effect }) {
    effect({
      kind: 'touch',
      describe: () => 'write a mark',
      apply: () => writeFile('${mark}', ''),
      undo: () => rm('${mark}', { force: true }),
    });
    hooks.container.preCreate.tap((draft) => {
      draft.effects.touch = { kind: 'touch', stage: 'create', args: {} };
    });
  },
});
`,
    );
    await daemon.it.configure(`plugins:\n  - path: ${path}\n    isolation: in-process\n`);
    assert.match((await daemon.pouch('plugin', 'reload')).stdout, /^added +marks$/m);
    await daemon.ok('create', '--name', 'marked', 'busybox');
    const refused = await daemon.pouch('plugin', 'disable', 'marks');
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /plugin marks is in use: containers have effects of it \(touch\)/);
    assert.match(refused.stderr, /^code: PCH_PLUGIN_NEEDED$/m);
    const forced = await daemon.pouch('plugin', 'disable', '--force', 'marks');
    assert.deepEqual([forced.exitCode, forced.stdout], [0, 'disabled   marks\n']);
    assert.match(forced.stderr, /^warning: plugin marks: containers have effects of it/m);
    await daemon.it.restart();
    assert.match(await daemon.ok('plugin', 'ls'), /^marks +disabled .*disabled by pouch plugin disable$/m);
    assert.ok(existsSync(mark));
    await daemon.ok('rm', 'marked');
    assert.ok(!existsSync(mark));
    assert.equal(await daemon.ok('plugin', 'enable', 'marks'), 'enabled   marks');
    await daemon.ok('create', '--name', 'marked', 'busybox');
    assert.ok(existsSync(mark));
    await daemon.ok('rm', 'marked');
  });

  describe('install', function () {
    it('activates a folder and a file of npm pack; rollback goes back, remove removes', async () => {
      const installed = join(folder, 'packed');
      const label = async () => {
        await daemon.ok('create', '--name', 'packed', 'busybox');
        const value = await daemon.ok('inspect', '--format', '{{index .Config.Labels "packed"}}', 'packed');
        await daemon.ok('rm', 'packed');
        return value;
      };
      const version = async (number: string, code = plugin('packed', { value: number })) => {
        await mkdir(installed, { recursive: true });
        const scripts = { prepack: 'exit 1' };
        const manifest = { name: '@corp/packed', version: number, scripts, main: 'packed.ts' };
        await writeFile(join(installed, 'package.json'), JSON.stringify(manifest));
        await writeFile(join(installed, 'packed.ts'), code);
      };
      await version('1.0.0');
      const printed = /^added +packed\npacked 1\.0\.0 sha256:[0-9a-f]{64}$/;
      assert.match(await daemon.ok('plugin', 'install', installed), printed);
      assert.equal(await label(), '1.0.0');
      await version('2.0.0', 'export default {');
      const broken = await daemon.pouch('plugin', 'install', installed);
      assert.equal(broken.exitCode, 1);
      assert.match(broken.stderr, /plugin packed is not installed: .*cannot be loaded/);
      assert.equal(await label(), '1.0.0');
      await version('2.0.0');
      const { stdout } = await execa('npm', ['pack', installed, '--ignore-scripts'], { cwd: folder });
      await daemon.ok('plugin', 'install', join(folder, stdout.trim()));
      await daemon.it.restart();
      assert.equal(await label(), '2.0.0');
      await daemon.ok('plugin', 'rollback', 'packed');
      assert.equal(await label(), '1.0.0');
      assert.equal(await daemon.ok('plugin', 'rm', 'packed'), 'removed   packed');
      const missing = await daemon.pouch('plugin', 'rm', 'packed');
      assert.match(missing.stderr, /no installed plugin is named packed/);
    });

    it('takes a package of the npm registry, with the version it is asked for', async () => {
      const registry = await NpmRegistry.start();
      const source = join(folder, 'published');
      const env = { npm_config_registry: registry.url, npm_config_cache: join(folder, 'npm-cache') };
      const install = (spec: string) => daemon.it.pouchWith({ env }, 'plugin', 'install', spec);
      try {
        await mkdir(source);
        for (const version of ['1.0.0', '1.1.0']) {
          const manifest = { name: '@corp/published', version, main: 'published.ts' };
          await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
          await writeFile(join(source, 'published.ts'), plugin('published', { value: version }));
          // As npm pack does, which the test before has done.
          const file = join(folder, `published-${version}.tgz`);
          const options = ['-czf', file, '--transform', 's,^,package/,', '-C', source];
          await execa('tar', [...options, 'package.json', 'published.ts']);
          registry.publish(manifest, await readFile(file));
        }
        const missing = await install('npm:@corp/nosuch');
        assert.equal(missing.exitCode, 1);
        assert.match(missing.stderr, /npm cannot pack @corp\/nosuch: .*404/s);
        assert.match(missing.stderr, /^code: PCH_PLUGIN_PACKAGE$/m);
        const first = await install('npm:@corp/published@1.0.0');
        assert.match(first.stdout, /^added +published\npublished 1\.0\.0 sha256:/, first.stderr);
        const latest = await install('npm:@corp/published');
        assert.match(latest.stdout, /^updated +published\npublished 1\.0\.0 sha256:/, latest.stderr);
        await daemon.ok('create', '--name', 'published', 'busybox');
        const labels = await daemon.ok('inspect', '--format', '{{json .Config.Labels}}', 'published');
        assert.deepEqual(JSON.parse(labels), { published: '1.1.0' });
        await daemon.ok('rm', 'published');
        const lock = await readFile(join(daemon.it.root, 'plugins.lock.json'), 'utf8');
        assert.match(lock, /"source":\s*"npm:@corp\/published/);
        await daemon.ok('plugin', 'rm', 'published');
      } finally {
        await registry.stop();
      }
    });

    it('takes an artifact of a registry', async () => {
      const registry = await TestRegistry.start();
      try {
        const wrapper = join(folder, 'artifact');
        await mkdir(wrapper);
        await writeFile(join(wrapper, 'artifact.ts'), plugin('artifact'));
        const tarred = await execa('tar', ['-C', folder, '-cz', 'artifact'], { encoding: 'buffer' });
        const archive = Buffer.from(tarred.stdout);
        const name = await registry.pushArtifact('plugins/artifact', '1', archive);
        const two = await registry.pushArtifact('plugins/artifact', '2', archive, archive);
        const refused = await daemon.pouch('plugin', 'install', `oci:${two}`);
        assert.match(refused.stderr, /expected one layer in artifact .*:2, found 2 layers/);
        const missing = await daemon.pouch('plugin', 'install', `oci:${registry.host}/plugins/nosuch`);
        assert.match(missing.stderr, /plugins\/nosuch/);
        assert.match(await daemon.ok('plugin', 'install', `oci:${name}`), /^added +artifact\nartifact /);
        const lock = await readFile(join(daemon.it.root, 'plugins.lock.json'), 'utf8');
        assert.match(lock, /"source":\s*"oci:127\.0\.0\.1:\d+\/plugins\/artifact:1@sha256:[0-9a-f]{64}"/);
        await daemon.ok('plugin', 'rm', 'artifact');
      } finally {
        await registry.stop();
      }
    });

    it('takes an executable without package.json, and refuses links', async () => {
      await daemon.ok('plugin', 'new', 'labels', '--shell', '--dir', folder);
      const created = join(folder, 'labels');
      await symlink('/etc/passwd', join(created, 'link'));
      const refused = await daemon.pouch('plugin', 'install', created);
      assert.match(refused.stderr, /labels\/link is not a plain file/);
      await rm(join(created, 'link'));
      assert.match(await daemon.ok('plugin', 'install', created), /^added +labels\nlabels .*sha256:/);
      assert.match(await daemon.ok('plugin', 'ls'), /^labels .*active +process/m);
      await daemon.ok('plugin', 'rm', 'labels');
    });

    sampleTests(this);
  });

  it('disable is refused for the API, and enable for what pouchd.yaml disables', async () => {
    const api = await daemon.pouch('plugin', 'disable', '--force', 'engine-api');
    assert.match(api.stderr, /pouchd does not serve without its surface engine-api/);
    await daemon.it.configure('plugins:\n  - name: cdi\n    enabled: false\n');
    await daemon.ok('plugin', 'reload');
    const { exitCode, stderr } = await daemon.pouch('plugin', 'enable', 'cdi');
    assert.equal(exitCode, 1);
    assert.match(stderr, /plugin cdi is disabled by `enabled: false` at .*pouchd\.yaml:\d+/);
    await daemon.it.configure('');
    assert.match(await daemon.ok('plugin', 'reload'), /^enabled +cdi$/m);
  });

  it('logs has what a plugin logs, secrets masked, and follows', async () => {
    const setup = `log.info('hello', { key: options.apiToken });
    onDispose(() => log.info('bye'));`;
    const path = await write(
      'talks',
      `import { definePlugin, Type } from 'pouch/hooks';
export default definePlugin({
  name: 'talks',
  options: Type.Object({ apiToken: Type.String() }),
  setup({ log, options, onDispose }) { ${setup} },
});
`,
    );
    const yaml = `plugins:\n  - path: ${path}\n    options: { apiToken: hush-hush-4711 }\n`;
    await daemon.it.configure(yaml);
    await daemon.ok('plugin', 'reload');
    assert.match(await daemon.ok('plugin', 'logs', 'talks'), /^\S+Z info {2}hello key="?\*{8}"?$/);
    const followed = await daemon.it.client.plugins.logs('talks', { tail: 0, follow: true });
    const line = followed.next();
    await daemon.it.configure('');
    await daemon.ok('plugin', 'reload');
    assert.equal(((await line).value as { text: string } | undefined)?.text, 'bye');
    await followed.return(undefined);
    assert.match(await daemon.ok('plugin', 'logs', '--tail', '1', 'talks'), /bye$/);
    const missing = await daemon.pouch('plugin', 'logs', 'nosuch');
    assert.match(missing.stderr, /no plugin is named nosuch/);
  });
});
