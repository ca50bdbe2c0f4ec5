import assert from 'node:assert/strict';
import type { PlannedEffectWire } from '../../../../client/index.ts';
import { orderEffects } from '../../../../cli/plan/orderEffects.ts';

function effect(key: string, stage: 'create' | 'start', ...needs: string[]): PlannedEffectWire {
  return { key, stage, needs, kind: key, sentence: key, args: {} };
}

describe('order of effects', () => {
  it('is create before start, and needed effects first', () => {
    const effects = [
      effect('task', 'start', 'io', 'container'),
      effect('eth0', 'start', 'netns'),
      effect('files', 'create'),
      effect('netns', 'start', 'files'),
      effect('container', 'start'),
      effect('io', 'start'),
    ];
    assert.deepEqual(
      orderEffects(effects).map(({ key }) => key),
      ['files', 'io', 'container', 'task', 'netns', 'eth0'],
    );
  });

  it('includes all effects, even in a cycle or with unknown needs', () => {
    const effects = [effect('a', 'start', 'b'), effect('b', 'start', 'a', 'nobody')];
    assert.equal(orderEffects(effects).length, 2);
  });
});
