/** The time of a moment by performance.now(), as the clock of the host has it now: it may have been set meanwhile. */
export function wallTime(moment: number): Date {
  return new Date(Date.now() - (performance.now() - moment));
}
