import { createServer } from 'node:net';

/** Below the ports that the kernel gives to connections (ip_local_port_range). */
const lowest = 10_000;
/** Ports of one process, and of how many processes before a range is used again. */
const perProcess = 100;
const processes = 200;

let given = 0;

/**
 * A free port of 127.0.0.1. Each process of the tests takes them from a range of its own, in turn: two daemons must not
 * get the same one, and bind(2) does not see the port of a container, which is forwarded.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < perProcess; attempt++) {
    const port = lowest + (process.pid % processes) * perProcess + (given++ % perProcess);
    if (await canListen(port)) return port;
  }
  throw new Error(`none of the ${perProcess} ports of process ${process.pid} is free`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
