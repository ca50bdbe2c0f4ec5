import { PouchError } from '../../../hooks/index.ts';
import { type FrameForm, FrameReader } from './FrameReader.ts';
import { longestMessage, ttrpcForm } from './ttrpcFrame.ts';

/** Connection ids of NRI (pkg/net/multiplex/ttrpc.go): the service of the plugin, and that of the runtime. */
export const pluginService = 1;
export const runtimeService = 2;

const headerLength = 8;

/** Connection id, length, bytes of that connection (pkg/net/multiplex/mux.go). */
const muxForm: FrameForm = {
  name: 'mux',
  headerLength,
  lengthAt: 4,
  longest: ttrpcForm.headerLength + longestMessage,
};

/**
 * The size of bufio's buffers in Go. A plugin's reader fails on a first frame that is larger, and its queue overflows
 * with many small ones: a message goes out as Go's own writer cuts it, a buffer and the rest.
 */
const firstFrame = 4096;

/** Several logical connections over one, as NRI multiplexes them. */
export class Mux {
  readonly #reader = new FrameReader(muxForm);
  readonly #write: (bytes: Buffer) => void;
  readonly #receivers: ReadonlyMap<number, (bytes: Buffer) => void>;

  /** @param receivers by connection id */
  constructor(write: (bytes: Buffer) => void, receivers: ReadonlyMap<number, (bytes: Buffer) => void>) {
    this.#write = write;
    this.#receivers = receivers;
  }

  /** Sends one message on a logical connection. */
  send(id: number, message: Buffer): void {
    this.#write(muxFrame(id, message.subarray(0, firstFrame)));
    if (message.length > firstFrame) this.#write(muxFrame(id, message.subarray(firstFrame)));
  }

  /** @throws PCH_NRI_PROTOCOL, or what a receiver throws */
  receive(chunk: Buffer): void {
    for (const frame of this.#reader.push(chunk)) {
      const id = frame.readUInt32BE(0);
      const receiver = this.#receivers.get(id);
      if (!receiver) throw unknownConnection(id);
      receiver(frame.subarray(headerLength));
    }
  }
}

function muxFrame(id: number, bytes: Buffer): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt32BE(id, 0);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function unknownConnection(id: number): PouchError {
  return new PouchError('PCH_NRI_PROTOCOL', `expected a frame of connection 1 or 2, found one of ${id}`);
}
