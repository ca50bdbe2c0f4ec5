import type { WebSocket } from 'ws';

/** Milliseconds between two pings. */
const pingEveryMs = 30_000;
/** Pings without a sign of life before the client counts as gone. */
const silentPings = 2;

/** Ends a connection whose client is gone, which TCP notices after minutes at the earliest. */
export function keepAlive(socket: WebSocket, everyMs = pingEveryMs): void {
  let silent = 0;
  for (const event of ['message', 'ping', 'pong'] as const) socket.on(event, () => (silent = 0));
  const timer = setInterval(() => {
    const isRead = socket.bufferedAmount === 0;
    // A client that is not read from, or does not read, cannot show that it lives. Output has its own limit of time.
    if (socket.isPaused || !isRead) silent = 0;
    else if (++silent > silentPings) return socket.terminate();
    if (isRead) socket.ping();
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
