import type { Bed } from './Bed.ts';
import type { Container } from './Container.ts';
import type { Spec } from './spec.ts';

/** A test of one requirement of the runtime-spec, or of runc's command line as containerd's go-runc uses it. */
export interface Row {
  /** Document and heading: `config.md#process`; `runc#exec` for runc's command line. */
  section: string;
  /** The requirement. */
  must: string;
  /** Changes the plain spec. */
  spec?: (spec: Spec, bed: Bed) => void;
  /** The container's process: a shell script, */
  sh?: string;
  /** or the arguments. */
  args?: string[];
  /** Expected output of a foreground run, without the final newline, */
  prints?: string | RegExp;
  /** expected exit code (default 0), */
  exits?: number;
  /** or the error with which the container is refused before its process starts. */
  refused?: RegExp;
  /** Checks beyond prints, exits and refused. */
  test?: (container: Container, bed: Bed) => Promise<void>;
  /** Returns why the row cannot be tried on this host; undefined if it can. */
  notHere?: () => string | undefined;
}

/** The rows of one section. */
export function section(name: string, rows: Omit<Row, 'section'>[]): Row[] {
  return rows.map((row) => ({ section: name, ...row }));
}
