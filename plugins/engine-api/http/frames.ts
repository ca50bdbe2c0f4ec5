import type { OutputChunk } from '../../../hooks/index.ts';

const headerBytes = 8;
const stdoutFrame = 1;
const stderrFrame = 2;
/** Pouch's extension: Docker's stream types end at 3. */
const controlFrame = 4;

const streamBytes = { stdout: stdoutFrame, stderr: stderrFrame, control: controlFrame };

/**
 * Returns one frame of Docker's multiplexed stream: stream type, three zeros, the payload's length (big endian), the
 * payload.
 * Source: https://docs.docker.com/engine/api/ (ContainerAttach, stream format).
 */
export function frame(stream: OutputChunk['stream'] | 'control', payload: Buffer): Buffer {
  return frames([{ stream, data: payload }]);
}

/** Returns a frame for each chunk. */
export function frames(
  chunks: readonly { stream: OutputChunk['stream'] | 'control'; data: Buffer }[],
): Buffer {
  const total = chunks.reduce((sum, { data }) => sum + headerBytes + data.length, 0);
  const bytes = Buffer.allocUnsafe(total);
  let at = 0;
  for (const { stream, data } of chunks) {
    bytes.writeUInt32BE(streamBytes[stream] << 24, at);
    bytes.writeUInt32BE(data.length, at + 4);
    bytes.set(data, at + headerBytes);
    at += headerBytes + data.length;
  }
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
