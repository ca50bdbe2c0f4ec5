import type { ErrorCode } from '../../../../hooks/errors.ts';

/** A call of the `pouch` command that must fail, and the same call done right. */
export interface CommandRow {
  bad: readonly string[];
  code: ErrorCode;
  exit: number;
  /** What stderr shows the user. */
  says: RegExp;
  right: readonly string[];
  /** `right` changes what exists. */
  changes?: boolean;
}

/** Splits at spaces; for arguments with spaces of their own, a list. */
export function words(text: string | readonly string[]): string[] {
  return typeof text === 'string' ? text.split(' ').filter(Boolean) : [...text];
}

/** Groups rows that depend on each other: consecutive ones that change something. */
export function unitsOf(rows: readonly CommandRow[]): CommandRow[][] {
  const units: CommandRow[][] = [];
  for (const row of rows) {
    const previous = units.at(-1);
    if (row.changes && previous?.[0]?.changes) previous.push(row);
    else units.push([row]);
  }
  return units;
}
