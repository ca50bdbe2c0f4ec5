import type { FileTree } from './FileTree.ts';
import type { LiveFacts } from './liveFacts.ts';

/** `works` as before, `changes`: something else takes its place, `cannot` work in a container, `info`: just a fact. */
export type Verdict = 'works' | 'changes' | 'cannot' | 'info';

/** What an examination has found. */
export interface Finding {
  topic: string;
  verdict: Verdict;
  /** One sentence or a list. */
  found: string;
  /** What to do about it. */
  advice?: string;
  /** It is derived from habits, such as the default port of a service. */
  isGuess?: boolean;
  /** Options of `pouch run` for it, without dashes: those of profiles. */
  options?: [name: string, value: string | true][];
  /** Commands to run before. */
  before?: string[];
}

/** What is known of a source. */
export interface Examined {
  tree: FileTree;
  /** Of a host that runs. */
  live?: LiveFacts;
}

/** One subject of an examination. Checks are listed in `checks.ts`. */
export interface Check {
  topic: string;
  run(source: Examined): Omit<Finding, 'topic'>[];
}
