import { Duplex } from 'node:stream';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { encode, Message } from './wire.ts';

/** The bytes in messages of Control.Session, `BytesMessage`, as a connection. */
export function connectionOver(call: ClientDuplexStream<Buffer, Buffer>): Duplex {
  const duplex = new Duplex({
    read: () => void call.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      if (call.write(encode([[1, chunk]]))) done();
      else call.once('drain', () => done());
    },
    final: (done) => {
      call.end();
      done();
    },
    destroy: (error, done) => {
      call.cancel();
      done(error);
    },
  });
  call.on('data', (message: Buffer) => {
    if (!duplex.push(Buffer.from(new Message(message).bytes(1)))) call.pause();
  });
  call.on('end', () => duplex.push(null));
  // The daemon has ended, or does not want the session any more.
  call.on('error', () => duplex.destroy());
  return duplex;
}
