/**
 * The FIFO in the bundle that containerd makes, and copies to its own log (containerd, runtime v2 README, "Logging").
 */
import { constants, openSync, writeSync } from 'node:fs';

let fd: number | undefined;

/** From the start of the shim on: containerd stops copying when the last writer has closed. */
export function openShimLog(): void {
  fd = openSync('log', constants.O_WRONLY | constants.O_NONBLOCK);
}

/** As logrus writes it, fields in the order of their names. */
export function logError(message: string, fields: Record<string, string>): void {
  const texts = Object.entries(fields).map(([name, value]) => ` ${name}=${quoted(value)}`);
  const time = new Date().toISOString();
  if (fd !== undefined) writeSync(fd, `time="${time}" level=error msg=${quoted(message)}${texts.join('')}\n`);
}

function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : JSON.stringify(text);
}
