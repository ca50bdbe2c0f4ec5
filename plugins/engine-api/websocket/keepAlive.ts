import type { Socket } from 'node:net';
import { encodeFrame, opcode } from './frames.ts';

/** Milliseconds between two pings. */
const pingEveryMs = 30_000;
/** Pings without a sign of life before the client counts as gone. */
const silentPings = 2;

/**
 * Ends a connection whose client is gone, which TCP notices after minutes at the earliest. `isListening`: whether what
 * the client sends is read now.
 */
export function keepAlive(socket: Socket, isListening: () => boolean, everyMs = pingEveryMs): void {
  let [bytes, silent] = [socket.bytesRead, 0];
  const timer = setInterval(() => {
    const isNews = socket.bytesRead !== bytes;
    bytes = socket.bytesRead;
    // A client that is not read from, or does not read, cannot show that it lives. Output has its own limit of time.
    if (isNews || !isListening() || socket.writableNeedDrain) silent = 0;
    else if (++silent > silentPings) return void socket.destroy();
    if (socket.writable && !socket.writableNeedDrain) socket.write(encodeFrame(opcode.ping, Buffer.alloc(0)));
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
