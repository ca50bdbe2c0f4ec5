import type { Command } from '../measure.ts';

export type Network = 'bridge' | 'none';

/** A container platform with its daemon, if it has one, and the image `busybox`. */
export interface Peer {
  name: string;
  /** In the foreground, removed afterwards, on its default runtime. */
  run(network: Network, ...command: string[]): Command;
  /** Answers when nothing of the runs before is still being cleaned up: that would slow down the next contender. */
  settled(): Promise<void>;
  end(): Promise<void>;
}

/** One that keeps containers in the background. */
export interface Platform extends Peer {
  command(...args: string[]): Command;
  /** In the background, without a network. */
  start(container: string, ...command: string[]): Command;
}

/** A peer that this host lacks. */
export interface Missing {
  name: string;
  /** What to install. */
  missing: string;
}

export function isMissing(peer: Peer | Missing): peer is Missing {
  return 'missing' in peer;
}
