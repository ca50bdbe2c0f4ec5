import type { BenchOptions } from '../options.ts';
import type { Series } from '../measure.ts';
import type { Peers } from '../peers/Peers.ts';
import type { Target } from '../target.ts';

/** What a case has to work with. */
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

/** One question that is put to all contenders. */
export interface Case {
  name: string;
  about: string;
  /** Whether it runs without being asked for. */
  isOptional?: boolean;
  measure(bench: Bench): Promise<Findings>;
}

export interface Outcome extends Findings {
  name: string;
  about: string;
  notes: string[];
}
