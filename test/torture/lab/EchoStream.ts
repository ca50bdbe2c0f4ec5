import { connect, type Socket } from 'node:net';
import { waitUntil } from '../../../core/wait/waitUntil.ts';

const sendEveryMs = 100;
const returnedWithinMs = 10_000;

/** A TCP connection through a published port to a server that echoes, kept busy from its start to its end. */
export class EchoStream {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #returned = 0;
  #isOpen = true;
  #isHeld = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => (this.#returned += data.length));
    socket.on('error', () => (this.#isOpen = false));
    socket.on('close', () => (this.#isOpen = false));
    this.#timer = setInterval(() => this.#send(), sendEveryMs);
  }

  /** Resolves when the server has returned the first bytes; it may need a moment to listen. */
  static async open(port: number): Promise<EchoStream> {
    let stream: EchoStream | undefined;
    const isOpen = async () => {
      const opened = new EchoStream(connect({ host: '127.0.0.1', port }));
      opened.#send();
      if (await opened.#isReturned(2_000)) stream = opened;
      else opened.close();
      return stream !== undefined;
    };
    if (!(await waitUntil(isOpen, { withinMs: 15_000, everyMs: 100 })))
      throw new Error(`nothing echoes at port ${port}`);
    return stream!;
  }

  /** What has become of it, once all that was sent should be back. */
  async look(): Promise<{ isOpen: boolean; sent: number; returned: number }> {
    this.#isHeld = true;
    await this.#isReturned(returnedWithinMs);
    this.#isHeld = false;
    return { isOpen: this.#isOpen, sent: this.#sent, returned: this.#returned };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }

  #send(): void {
    if (this.#isHeld || !this.#isOpen) return;
    this.#socket.write('0123456789abcdef');
    this.#sent += 16;
  }

  #isReturned(withinMs: number): Promise<boolean> {
    return waitUntil(() => !this.#isOpen || (this.#returned > 0 && this.#returned >= this.#sent), {
      withinMs,
    }).then((isDone) => isDone && this.#isOpen);
  }
}
