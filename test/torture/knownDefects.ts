/** Defects that are known and not fixed yet, each with its name: what they print in the log of the daemon. */
export const knownInLog: readonly RegExp[] = [];

/** The same for errors that a client gets: `CODE message`. */
export const knownErrors: readonly RegExp[] = [
  // A start that was cut off leaves an address lease that the container's next start meets.
  /^PCH_CNI_FAILED .*duplicate allocation is not allowed/,
];

/** Faults that fail because of such a defect, by their names: they are not drawn until it is fixed. */
export const excludedFaults: readonly RegExp[] = [];

/** Damage to files that is not repaired yet: `FILE: WHAT`. */
export const excludedDamages: readonly string[] = [];
