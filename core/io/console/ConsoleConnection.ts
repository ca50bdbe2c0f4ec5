import { closeSync, constants, openSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { OutputChunk } from '../../../hooks/index.ts';

/** Bytes of input in a message: `pouch-console` takes 4096 with the header. */
const longestInput = 4000;

/** A client of a container's console. `native/clients.c` has the messages. */
export class ConsoleConnection {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
  }

  /**
   * Connects to the process of a console. Resolves to undefined if it does not exist.
   * @param directory - the container's in STATE/io
   */
  static async open(directory: string): Promise<ConsoleConnection | undefined> {
    const socket = await connectIn(directory, 'console').catch(() => undefined);
    return socket && new ConsoleConnection(socket);
  }

  /** What is typed. */
  readonly input = new Writable({
    highWaterMark: longestInput,
    write: (chunk: Buffer, _encoding, done) => this.#send(chunk, () => done()),
  });

  /** What was printed last, and then what is printed. It ends with the container. */
  async *output(): AsyncGenerator<OutputChunk> {
    this.#socket.write(message('o'));
    try {
      for await (const data of this.#socket as AsyncIterable<Buffer>) yield { stream: 'stdout', data };
    } catch {
      // Closed, or the process of the console was killed.
    }
  }

  /** Sets the size of the terminal, in characters. */
  resize({ height, width }: { height: number; width: number }): void {
    const size = Buffer.alloc(4);
    size.writeUInt16BE(height, 0);
    size.writeUInt16BE(width, 2);
    this.#socket.write(message('r', size));
  }

  /** What was sent before arrives. */
  close(): void {
    this.#socket.end();
    this.#socket.resume();
  }

  #send(chunk: Buffer, done: () => void): void {
    const first = chunk.subarray(0, longestInput);
    const rest = chunk.subarray(longestInput);
    this.#socket.write(message('i', first), () => (rest.length > 0 ? this.#send(rest, done) : done()));
  }
}

function message(kind: string, payload: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.from([kind.charCodeAt(0), payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([header, payload]);
}

/** The path of a socket is shorter than that of STATE may be (unix(7)). */
async function connectIn(directory: string, name: string): Promise<Socket> {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  return await new Promise<Socket>((resolve, reject) => {
    const socket = createConnection(`/proc/self/fd/${fd}/${name}`);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  }).finally(() => closeSync(fd));
}
