import type { Bed } from './Bed.ts';
import type { Container } from './Container.ts';
import type { Spec } from './spec.ts';

/** One sentence of the runtime-spec, or of what containerd's go-runc needs of runc's command line, as a test. */
export interface Row {
  /** Document and heading: `config.md#process`; `runc#exec` for what is runc's command line. */
  section: string;
  /** What must hold, in our words. */
  must: string;
  /** Changes the plain spec. */
  spec?: (spec: Spec, bed: Bed) => void;
  /** The container's process: a shell script, */
  sh?: string;
  /** or the arguments. */
  args?: string[];
  /** What a foreground run prints, without the line's end, */
  prints?: string | RegExp;
  /** how it ends (0 by default), */
  exits?: number;
  /** or what the error says with which the container is refused, before its process is started. */
  refused?: RegExp;
  /** What prints, exits and refused cannot say. */
  test?: (container: Container, bed: Bed) => Promise<void>;
  /** Why it cannot be tried on this host; undefined if it can. */
  notHere?: () => string | undefined;
}

/** The rows of one section. */
export function section(name: string, rows: Omit<Row, 'section'>[]): Row[] {
  return rows.map((row) => ({ section: name, ...row }));
}
