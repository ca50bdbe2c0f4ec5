import type { Row } from '../support/row.ts';
import type { Runtime } from '../support/runtimes.ts';
import { crun } from './crun.ts';
import { runc } from './runc.ts';
import { runlxc } from './runlxc.ts';
import type { Deviation, Deviations } from './deviation.ts';

const byRuntime: Partial<Record<string, Deviations>> = { runc, crun, runlxc };

/** A deviation, and whether it was observed in this version of the runtime. */
export type Found = Deviation & { isOfThisVersion: boolean };

export function deviationOf(runtime: Runtime, row: Row): Found | undefined {
  const deviations = byRuntime[runtime.name];
  const found = deviations?.rows.find((deviation) => isOf(deviation, row));
  return found && { ...found, isOfThisVersion: deviations!.version.test(runtime.version) };
}

/** Returns declarations without a row: its sentence was changed, or it was removed. */
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
