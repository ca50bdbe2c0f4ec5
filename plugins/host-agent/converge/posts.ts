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
