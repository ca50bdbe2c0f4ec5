import type { OutputChunk } from '../../../hooks/index.ts';

const HEADER_BYTES = 8;
const STDOUT = 1;
const STDERR = 2;
/** Pouch's extension: Docker's stream types end at 3. */
const CONTROL = 4;

const streamBytes = { stdout: STDOUT, stderr: STDERR, control: CONTROL };

/**
 * Returns one frame of Docker's multiplexed stream: stream type, three zeros, the payload's length (big endian), the
 * payload.
 * Source: https://docs.docker.com/engine/api/ (ContainerAttach, stream format).
 */
export function frame(stream: OutputChunk['stream'] | 'control', payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes.writeUInt32BE(streamBytes[stream] << 24, 0);
  bytes.writeUInt32BE(payload.length, 4);
  payload.copy(bytes, HEADER_BYTES);
  return bytes;
}

/** Returns the encoding of chunks on the wire: raw for a terminal, frames otherwise. */
export function encoderFor(tty: boolean): (chunk: OutputChunk) => Buffer {
  return tty ? (chunk) => chunk.data : (chunk) => frame(chunk.stream, chunk.data);
}

/** Returns the media type of a stream; Docker distinguishes the two since API 1.42. */
export function streamType(tty: boolean, apiMinor: number): string {
  const multiplexed = !tty && apiMinor >= 42;
  return `application/vnd.docker.${multiplexed ? 'multiplexed' : 'raw'}-stream`;
}
