import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { checkOptions } from '../../../../core/plugins/load/pluginOptions.ts';
import { definePlugin } from '../../../../hooks/definePlugin.ts';

/** Checks an option against a pattern. */
function check(pattern: string, word: string): unknown {
  const options = Type.Object({ word: Type.String({ pattern }) });
  const plugin = definePlugin({ name: 'words', options, setup: () => undefined });
  return checkOptions(plugin, { word }, () => undefined);
}

describe('a pattern in the schema of a plugin', () => {
  it('takes time linear in the text', () => {
    // JavaScript’s own takes twice as long with each letter.
    const since = performance.now();
    assert.throws(() => check('^(a+)+$', `${'a'.repeat(10_000)}!`), { code: 'PCH_PLUGIN_OPTIONS' });
    assert.ok(performance.now() - since < 5000);
  });

  it('has the syntax of JavaScript', () => {
    for (const [pattern, word] of [
      ['^\\d{2}/\\w+$', '12/ab'],
      ['^(?<letter>\\u0061)\\/x$', 'a/x'],
      ['^[^\\s"]*$', 'fine'],
      ['b', 'abc'],
    ] as const) {
      assert.deepEqual(check(pattern, word), { word });
      assert.throws(() => check(`${pattern}never`, word), { code: 'PCH_PLUGIN_OPTIONS' });
    }
  });

  it('is an error of its plugin if it needs a search back or ahead, or is too large', () => {
    for (const pattern of ['^(?=a)', '(a)\\1', '(', '((a{100}){100}){100}'])
      assert.throws(() => check(pattern, 'a'), {
        code: 'PCH_PLUGIN_INVALID',
        plugin: 'words',
        message: /schema of plugin words is bad: .*regexp/,
      });
  });
});
