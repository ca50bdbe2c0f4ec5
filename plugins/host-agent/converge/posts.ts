import { setTimeout as sleep } from 'node:timers/promises';
import { PouchError } from '../../../hooks/index.ts';
import type { Agent } from './Agent.ts';
import type { ImageBook } from './ImageBook.ts';

/** What outlives the generations of the plugin. */
export interface Post {
  /** The agent that serves; a reload exchanges it. */
  agent?: Agent | undefined;
  images?: ImageBook;
  /** Applies under way: they do what an agent that starts would do on its own. */
  applies: number;
  /** The end of the last exchange of the applied file. */
  exchange?: Promise<void>;
}

const posts = new Map<string, Post>();

/** @param root of pouchd */
export function postOf(root: string): Post {
  const post = posts.get(root) ?? { applies: 0 };
  posts.set(root, post);
  return post;
}

const [longestMs, lookEveryMs] = [10_000, 20];

/** The agent that serves. A reload, or the start of pouchd, may be about to put one in place. @throws PCH_AGENT_BUSY */
export async function servingAgent(post: Pick<Post, 'agent'>): Promise<Agent> {
  for (let waitedMs = 0; !post.agent && waitedMs < longestMs; waitedMs += lookEveryMs)
    await sleep(lookEveryMs);
  if (post.agent) return post.agent;
  throw new PouchError('PCH_AGENT_BUSY', 'the host agent is starting or ending', { hint: 'try again' });
}
