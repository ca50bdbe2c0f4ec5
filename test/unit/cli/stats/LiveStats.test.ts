import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { LiveStats } from '../../../../cli/stats/LiveStats.ts';
import type { StatsResponse } from '../../../../client/index.ts';
import { Channel } from '../../../support/fake/Channel.ts';

describe('followed containers', () => {
  const streams = new Map<string, { channel: Channel<StatsResponse>; signal: AbortSignal | undefined }>();
  const followStats = async function* (ref: string, signal?: AbortSignal) {
    if (ref === 'nosuch') throw new Error('no container "nosuch"');
    const channel = new Channel<StatsResponse>();
    streams.set(ref, { channel, signal });
    yield* channel;
  };
  const sample = (name: string) => ({ name }) as StatsResponse;
  const follow = async (...refs: string[]) => {
    const live = new LiveStats({ followStats });
    live.only(refs);
    await turn();
    return live;
  };

  it('keep the last sample of each', async () => {
    const live = await follow('one', 'two');
    for (const name of ['first', 'second']) streams.get('one')!.channel.push(sample(name));
    await turn();
    assert.deepEqual(live.all(), [
      ['one', sample('second')],
      ['two', undefined],
    ]);
  });

  it('end when no longer requested, and new ones begin', async () => {
    const live = await follow('one', 'two');
    live.only(['two', 'three']);
    streams.get('one')!.channel.close();
    await turn();
    assert.equal(streams.get('one')!.signal?.aborted, true);
    assert.equal(streams.get('two')!.signal?.aborted, false);
    assert.deepEqual(
      live.all().map(([ref]) => ref),
      ['two', 'three'],
    );
  });

  it('report a failure once, and continue with the others', async () => {
    const live = await follow('nosuch', 'one');
    assert.match(String(live.takeFailures()[0]), /nosuch/);
    assert.deepEqual(live.takeFailures(), []);
    assert.deepEqual(
      live.all().map(([ref]) => ref),
      ['one'],
    );
  });
});
