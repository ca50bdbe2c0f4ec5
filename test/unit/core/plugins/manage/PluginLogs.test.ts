import assert from 'node:assert/strict';
import { PluginLogs } from '../../../../../core/plugins/index.ts';

describe('the log lines of plugins', () => {
  const line = (text: string) => ({ time: '2026-01-01T00:00:00Z', level: 'info', text }) as const;

  async function texts(lines: AsyncIterable<{ text: string }>): Promise<string[]> {
    const all: string[] = [];
    for await (const { text } of lines) all.push(text);
    return all;
  }

  it('are the last ones of each plugin, by number and by characters', async () => {
    const logs = new PluginLogs({ lines: 3, characters: 10, plugins: 9 });
    for (const text of ['a', 'b', 'c', 'd']) logs.add('one', line(text));
    for (const text of ['12345678', '12', '3']) logs.add('two', line(text));
    assert.deepEqual(await texts(logs.read('one')), ['b', 'c', 'd']);
    assert.deepEqual(await texts(logs.read('two')), ['12', '3']);
    assert.deepEqual(await texts(logs.read('one', 2)), ['c', 'd']);
    assert.deepEqual(await texts(logs.read('one', 0)), []);
    assert.deepEqual(await texts(logs.read('one', 99)), ['b', 'c', 'd']);
    assert.deepEqual(await texts(logs.read('silent')), []);
  });

  it('are forgotten of the plugin that was silent for longest', () => {
    const logs = new PluginLogs({ lines: 3, characters: 10, plugins: 2 });
    for (const plugin of ['one', 'two', 'one', 'three']) logs.add(plugin, line('x'));
    assert.deepEqual([logs.has('one'), logs.has('two'), logs.has('three')], [true, false, true]);
  });

  it('come to a reader that follows, until it leaves', async () => {
    const logs = new PluginLogs({ lines: 3, characters: 10, plugins: 9 });
    const leave = new AbortController();
    const reader = logs.read('one', 0, leave.signal);
    const first = reader.next();
    logs.add('two', line('x'));
    logs.add('one', line('a'));
    assert.equal((await first).value?.text, 'a');
    const second = reader.next();
    leave.abort();
    assert.equal((await second).done, true);
  });

  it('are counted where a reader was too slow', async () => {
    const logs = new PluginLogs({ lines: 2, characters: 10, plugins: 9 });
    logs.add('one', line('a'));
    const leave = new AbortController();
    const reader = logs.read('one', undefined, leave.signal);
    assert.equal((await reader.next()).value?.text, 'a');
    for (const text of ['b', 'c', 'd', 'e']) logs.add('one', line(text));
    assert.match(String((await reader.next()).value?.text), /^2 lines are left out/);
    assert.equal((await reader.next()).value?.text, 'd');
    assert.equal((await reader.next()).value?.text, 'e');
  });
});
