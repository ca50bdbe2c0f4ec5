/** Defects that are known and not fixed yet, each with its name: what they print in the log of the daemon. */
export const knownInLog: readonly RegExp[] = [
  // Issue 8, item 10: too many waits listen on one AbortSignal.
  /MaxListenersExceeded.*abort listeners/,
];

/** The same for errors that a client gets: `CODE message`. */
export const knownErrors: readonly RegExp[] = [
  // Issue 8, item 10: a containerd that dies during a start or an exec is reported as the runtime's failure.
  /^PCH_RUNTIME_FAILED .*failed: (Connection dropped|.*transport is closing|read ECONNRESET)/,
  // A start that was cut off leaves an address lease that the container's next start meets.
  /^PCH_CNI_FAILED .*duplicate allocation is not allowed/,
];

/** Faults that fail because of such a defect, by their names: they are not drawn until it is fixed. */
export const excludedFaults: readonly RegExp[] = [
  // Issue 8, item 2: `exec` reads /etc/passwd whatever it is.
  /^\/etc\/passwd is not/,
  // Issue 8, item 5: the daemon does not respond while it creates many volumes.
  /^1000 volumes$/,
  // Without a descriptor `volume rm` fails with PCH_INTERNAL or calls the volume damaged, and runc is called unusable.
  /^few descriptors$/,
];

/** Damage to files that is not repaired yet: `FILE: WHAT`. */
export const excludedDamages: readonly string[] = [
  // A journal of the right form whose effects name another container is believed: `rm -f` leaves the container's own
  // snapshot and anonymous volumes.
  'journal.jsonl: the id of another container',
  // The same for what the journal of a stopped container no longer lists.
  'journal.jsonl: half of it',
  'journal.jsonl: an empty object',
];
