import assert from 'node:assert/strict';
import { pluginConfig } from '../../../core/pluginConfig.ts';
import { load } from '../config/fixture.ts';

describe('the configuration that plugins see', () => {
  const loaded = load('', { env: { POUCHD_FILES_TIMEOUT: '7s' } });
  const config = pluginConfig(loaded);

  it('has each setting by its path, in base units, and its origin', () => {
    assert.equal(config.get('files.timeout'), 7000);
    assert.equal(config.originOf('files.timeout'), 'POUCHD_FILES_TIMEOUT');
    assert.deepEqual([config.get('root'), config.originOf('root')], ['/var/lib/pouch', 'default']);
  });

  it('is a copy', () => {
    (config.get('network.dns') as string[]).push('192.0.2.1');
    assert.deepEqual(config.get('network.dns'), loaded.config.network.dns);
  });

  it('has neither unknown settings nor the options of plugins', () => {
    for (const setting of ['nope', 'network', 'plugins', 'plugins[0].options'])
      assert.throws(() => config.get(setting), {
        code: 'PCH_NOT_FOUND',
        message: `no setting is named ${setting}`,
      });
    assert.throws(() => config.originOf('plugins'), { code: 'PCH_NOT_FOUND' });
  });

  it('has profiles of the section, and those that are the option of their plugin, with their lines', async () => {
    for (const [text, line] of [
      ['profiles:\n  small:\n    memory: 64m\n', 3],
      [
        'plugins:\n  - name: profiles\n    options:\n      profiles:\n        small:\n          memory: 64m\n',
        6,
      ],
    ] as const) {
      const read = () => load(text);
      const view = { read, problem: () => undefined, isSecretText: () => false };
      const { sections, lines } = await pluginConfig(read(), view).readAgain();
      assert.deepEqual(sections['profiles'], { small: { memory: '64m' } });
      assert.match(lines['/profiles/small/memory'] ?? '', new RegExp(`:${line}$`));
    }
  });
});
