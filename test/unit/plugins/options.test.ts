import assert from 'node:assert/strict';
import { builtIns } from '../../../plugins/builtIns.ts';
import { checkBuiltInOptions, checkOptions } from '../../../core/plugins/load/pluginOptions.ts';

describe('options of built-in plugins', () => {
  const locate = () => undefined;

  for (const plugin of builtIns) {
    it(`of ${plugin.name} have a good schema, and the same defaults with and without compiling it`, () =>
      assert.deepEqual(checkBuiltInOptions(plugin, {}, locate), checkOptions(plugin, {}, locate)));

    it(`of ${plugin.name} are refused if they are unknown`, () =>
      assert.throws(() => checkBuiltInOptions(plugin, { 'no-such': 1 }, locate), {
        code: 'PCH_PLUGIN_OPTIONS',
        plugin: plugin.name,
        message: /^options\.no-such is unknown/,
      }));
  }
});
