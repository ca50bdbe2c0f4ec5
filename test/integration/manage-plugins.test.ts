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
    assert.match(stderr, /plugin bad: plugin file .*bad\.ts ends the process that loads it \(exit code 3\)/);
    assert.match(stderr, /^code: PCH_PLUGIN_LOAD$/m);
    const found = await daemon.it.client.plugins.validate(bad);
    assert.equal(found.problem?.code, 'PCH_PLUGIN_LOAD');
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
});
