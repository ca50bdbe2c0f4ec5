/** Defects that are known and not fixed yet, each with its name: what they print in the log of the daemon. */
export const knownInLog: readonly RegExp[] = [];

/** The same for errors that a client gets: `CODE message`. */
export const knownErrors: readonly RegExp[] = [];

/** What such a defect leaves on the host: lines of the inventory, after faults of these names. */
const knownOrphans: readonly { line: RegExp; after: RegExp }[] = [];

export function isKnownOrphan(line: string, faults: readonly string[]): boolean {
  return knownOrphans.some((known) => known.line.test(line) && faults.some((name) => known.after.test(name)));
}

/** Faults that fail because of such a defect, by their names: they are not drawn until it is fixed. */
export const excludedFaults: readonly RegExp[] = [];

/** Damage to files that is not repaired yet: `FILE: WHAT`. */
export const excludedDamages: readonly string[] = [];
