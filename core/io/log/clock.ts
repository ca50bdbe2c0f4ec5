/** Milliseconds that the two clocks may differ before the anchor is set again. */
const tolerance = 2;

let anchorWall = Date.now();
let anchorTicks = process.hrtime();
let second = -1;
let prefix = '';

/**
 * Returns the time in Docker's form: RFC 3339 in UTC with nanoseconds.
 *
 * The time follows the system clock, also when that is set; the digits below a millisecond come from the monotonic
 * clock, so that lines of the same millisecond keep their order.
 */
export function timestamp(): string {
  const [seconds, nanoseconds] = process.hrtime(anchorTicks);
  const elapsed = seconds * 1000 + nanoseconds / 1e6;
  const wall = Date.now();
  if (Math.abs(anchorWall + elapsed - wall) > tolerance) return setAnchor(wall);
  const fraction = (anchorWall % 1000) * 1e6 + nanoseconds;
  return format(Math.floor(anchorWall / 1000) + seconds + Math.floor(fraction / 1e9), fraction % 1e9);
}

function setAnchor(wall: number): string {
  anchorWall = wall;
  anchorTicks = process.hrtime();
  return format(Math.floor(wall / 1000), (wall % 1000) * 1e6);
}

function format(unixSecond: number, nanoseconds: number): string {
  if (unixSecond !== second) {
    second = unixSecond;
    prefix = new Date(unixSecond * 1000).toISOString().slice(0, 19);
  }
  return `${prefix}.${String(nanoseconds).padStart(9, '0')}Z`;
}
