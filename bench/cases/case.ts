import type { BenchOptions } from '../options.ts';
import type { Series } from '../measure.ts';
import type { Peers } from '../peers/Peers.ts';
import type { Target } from '../target.ts';

/** Context of a case. */
export interface Bench {
  dir: string;
  options: BenchOptions;
  peers: Peers;
}

export interface Findings {
  series: Series[];
  targets: Target[];
  notes?: string[];
}

/** A measurement of all contenders. */
export interface Case {
  name: string;
  about: string;
  /** Runs only on request. */
  isOptional?: boolean;
  /** Fetches what the case needs; the sandbox, in which it is measured, has no network. */
  prepare?(): Promise<unknown>;
  measure(bench: Bench): Promise<Findings>;
}

export interface Outcome extends Findings {
  name: string;
  about: string;
  notes: string[];
}
