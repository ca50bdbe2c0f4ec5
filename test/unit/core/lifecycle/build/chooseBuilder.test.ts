import assert from 'node:assert/strict';
import { chooseBuilder } from '../../../../../core/lifecycle/build/chooseBuilder.ts';
import type { BuilderObstacle, ImageBuilder } from '../../../../../hooks/index.ts';

function builder(name: string, obstacle?: BuilderObstacle): ImageBuilder {
  return {
    name,
    doc: 'Builds.',
    probe: () => Promise.resolve(obstacle),
    build: () => Promise.reject(new Error('not called')),
    prune: () => Promise.resolve({ ids: [], bytes: 0 }),
  };
}

function choose(...builders: ImageBuilder[]): Promise<ImageBuilder> {
  const contributed = { of: () => builders };
  return chooseBuilder({ contributions: [{ plugin: 'a', contributed }] } as never);
}

const missing = { problem: 'one is not installed', hint: 'install it: apt-get install one' };

describe('the builder of an image', () => {
  it('is the first one that the host can use', async () => {
    assert.equal((await choose(builder('one', missing), builder('two'), builder('three'))).name, 'two');
  });

  it('is one with a higher priority, in whatever order plugins are', async () => {
    const two = { ...builder('two'), priority: 1 };
    assert.equal((await choose(builder('one'), two, { ...two, name: 'three' })).name, 'two');
  });

  it('is the first one that can do what is asked for', async () => {
    const refuses = () => ({ problem: 'the network host is not supported', hint: 'install another' });
    const one = { ...builder('one'), refuses };
    assert.equal((await choose(one, builder('two'))).name, 'two');
    await assert.rejects(choose(one, builder('two', missing)), {
      code: 'PCH_NOT_SUPPORTED',
      message: 'the network host is not supported',
    });
  });

  it('is missing with what to install', async () => {
    await assert.rejects(choose(builder('one', missing)), {
      code: 'PCH_TOOL_MISSING',
      message: 'building an image: one is not installed',
      hint: 'install it: apt-get install one',
    });
  });

  it('is missing without a plugin that has one', async () => {
    await assert.rejects(choose(), { code: 'PCH_NOT_SUPPORTED' });
  });
});
