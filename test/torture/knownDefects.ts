/** Defects that are known and not fixed yet, each with its name: what they print in the log of the daemon. */
export const knownInLog: readonly RegExp[] = [
  // Issue 8, item 10: too many waits listen on one AbortSignal.
  /MaxListenersExceeded.*abort listeners/,
];
