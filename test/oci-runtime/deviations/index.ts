import type { Row } from '../support/row.ts';
import type { Runtime } from '../support/runtimes.ts';
import { crun } from './crun.ts';
import { runc } from './runc.ts';
import { runlxc } from './runlxc.ts';

/** Where a runtime is known not to do what a row says; the row's test then asserts that. */
export interface Deviation {
  section: string;
  /** The row's sentence, or what the sentences of several have in common. */
  must: string | RegExp;
  why: string;
  /** What the failed test says. */
  found: RegExp;
  /** It depends on who is faster; the row may also hold. */
  sometimes?: boolean;
}

/** The deviations of one runtime, as found in one version; others may have mended some, and the rest is the same. */
export interface Deviations {
  /** In the first line of --version. */
  version: RegExp;
  rows: Deviation[];
}

const byRuntime: Partial<Record<string, Deviations>> = { runc, crun, runlxc };

/** A deviation, and whether it was found in this version of the runtime. */
export type Found = Deviation & { isOfThisVersion: boolean };

export function deviationOf(runtime: Runtime, row: Row): Found | undefined {
  const deviations = byRuntime[runtime.name];
  const found = deviations?.rows.find((deviation) => isOf(deviation, row));
  return found && { ...found, isOfThisVersion: deviations!.version.test(runtime.version) };
}

/** Declarations that no row has, for its sentence was changed or it is gone. */
export function strayDeviations(rows: readonly Row[]): string[] {
  return Object.entries(byRuntime).flatMap(([runtime, deviations]) =>
    deviations!.rows
      .filter((deviation) => !rows.some((row) => isOf(deviation, row)))
      .map(({ section, must }) => `${runtime}: ${section}: ${String(must)}`),
  );
}

function isOf({ section, must }: Deviation, row: Row): boolean {
  return section === row.section && (must instanceof RegExp ? must.test(row.must) : must === row.must);
}
