import type { LogAction, VolumeAction } from '../../hooks/processProtocol.ts';

/** Milliseconds: of what runs for each plan, and of what `volume inspect` waits for. */
const quickMs = 5_000;
const statusMs = 2_000;
const standardMs = 60_000;
const writeMs = 10_000;
const sourceMs = 30_000;
const pageMs = 2_000;
const verbMs = 60_000;
const routeMs = 30_000;
const checkMs = 5_000;

/** Milliseconds of `check` and of `attach`, which run for each plan. */
export const networkDriverDeadlineMs = quickMs;

/** Milliseconds of `create` and of `remove` of a network driver. */
export const networkCreateDeadlineMs = standardMs;

/** Milliseconds that a function of a volume driver may take. */
export function driverDeadlineMs({ deadlineMs }: { deadlineMs?: number }, action: VolumeAction): number {
  if (action === 'create' || action === 'remove') return deadlineMs ?? standardMs;
  return action === 'status' ? statusMs : quickMs;
}

/** Milliseconds that a function of a log driver may take. */
export function logDeadlineMs({ deadlineMs }: { deadlineMs?: number }, action: LogAction): number {
  return action === 'write' ? (deadlineMs ?? writeMs) : quickMs;
}

/** Milliseconds of a call of an image source, and of each wait for a chunk. */
export function sourceDeadlineMs({ deadlineMs }: { deadlineMs?: number }): number {
  return deadlineMs ?? sourceMs;
}

/** Milliseconds of a check of `pouch doctor`. */
export function checkDeadlineMs({ deadlineMs }: { deadlineMs?: number }): number {
  return deadlineMs ?? checkMs;
}

/** Milliseconds of a `render` of a console page. */
export function pageDeadlineMs({ deadlineMs }: { deadlineMs?: number }): number {
  return deadlineMs ?? pageMs;
}

/** Milliseconds of a verb. */
export function verbDeadlineMs({ deadlineMs }: { deadlineMs?: number }): number {
  return deadlineMs ?? verbMs;
}

/** Milliseconds of a request to a route. */
export function routeDeadlineMs({ deadlineMs }: { deadlineMs?: number }): number {
  return deadlineMs ?? routeMs;
}
