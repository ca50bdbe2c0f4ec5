import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import type { TimelineWire } from '../../client/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

const plugins = resolve(import.meta.dirname, 'support/plugins');

describe('debugging plugins', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({ yaml: `plugins:\n  - path: ${plugins}/talks.ts\n` });
  const { ok } = daemon;

  const timeline = async (name: string) =>
    JSON.parse(await ok('explain', '--timeline', '--format', 'json', name)) as TimelineWire[];

  it('the timeline has what each tap did in the life of a container, also after a restart', async () => {
    await ok('create', '--name', 'seen', '-e', 'API_TOKEN=opensesame1', 'busybox', 'true');
    await ok('start', 'seen');
    await ok('wait', 'seen');
    const verbsOf = (all: TimelineWire[]) =>
      all
        .filter(({ taps }) => taps.some(({ plugin }) => plugin === 'talks'))
        .map(({ verb, taps }) => [
          verb,
          ...taps.filter((tap) => tap.plugin === 'talks').map((tap) => tap.hook),
        ]);
    const expected = [
      ['create', 'container.preCreate'],
      ['start', 'container.prestart'],
      ['clean up', 'container.poststop'],
    ];
    const isSettled = (all: TimelineWire[]) =>
      verbsOf(all).length === 3 && !all.some(({ running }) => running);
    await waitUntil(async () => isSettled(await timeline('seen')), { withinMs: 5000 });
    const before = await timeline('seen');
    assert.deepEqual(verbsOf(before), expected);
    const tapOf = (verb: string) =>
      before.find((one) => one.verb === verb)?.taps.find(({ plugin }) => plugin === 'talks');
    assert.deepEqual(tapOf('create')?.changes, ['process.env.TALKS']);
    assert.deepEqual(tapOf('create')?.log[0]?.fields, { name: 'seen', token: '********' });
    assert.deepEqual([tapOf('start')?.attempts, tapOf('start')?.log[0]?.message], [3, 'ready at last']);
    await daemon.it.restart();
    assert.deepEqual(await timeline('seen'), before);
    const text = await ok('explain', '--timeline', 'seen');
    assert.match(text, /^create at \+0\.00 ms/);
    assert.match(text, /container\.prestart +talks +ok \(3 attempts\) +\| *█+ *\|/);
  });
});
