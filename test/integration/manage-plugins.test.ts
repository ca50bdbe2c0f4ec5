import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
    assert.equal(
      await daemon.ok('plugin', 'validate', bad),
      'bad 1.0.0 is valid; hooks: container.preCreate',
    );
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
    assert.match(stderr, /pouchd\.yaml:4:.*nosuch/);
    assert.match(stderr, /^code: PCH_CONFIG_INVALID$/m);
    assert.match(await daemon.ok('plugin', 'ls'), /^first +active/m);
    await daemon.it.configure('');
    assert.match(await daemon.ok('plugin', 'reload'), /^removed   first\nremoved   second$/);
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
