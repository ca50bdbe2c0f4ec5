import assert from 'node:assert/strict';
import type { Agent } from '../../../../../plugins/host-agent/converge/Agent.ts';
import { type Post, servingAgent } from '../../../../../plugins/host-agent/converge/posts.ts';

describe('the agent that serves', () => {
  const agent = {} as Agent;

  it('is awaited while a reload exchanges it', async () => {
    const post: Post = { applies: 0 };
    const serving = servingAgent(post);
    setImmediate(() => (post.agent = agent));
    assert.equal(await serving, agent);
    assert.equal(await servingAgent(post), agent);
  });
});
