/**
 * The framing of NRI plugins, written after the published protocol (ttrpc's PROTOCOL.md, NRI's pkg/net/multiplex) and
 * apart from plugins/nri/wire: one mistake in both would be one in neither.
 */

/** A message of ttRPC on one of the two multiplexed connections. */
export interface Message {
  connection: number;
  stream: number;
  type: number;
  body: Buffer;
}

export function encode({ connection, stream, type, body }: Message): Buffer {
  const bytes = Buffer.alloc(8 + 10 + body.length);
  bytes.writeUInt32BE(connection, 0);
  bytes.writeUInt32BE(10 + body.length, 4);
  bytes.writeUInt32BE(body.length, 8);
  bytes.writeUInt32BE(stream, 12);
  bytes[16] = type;
  body.copy(bytes, 18);
  return bytes;
}

/** Returns a function that takes what arrives and returns the messages that are complete. */
export function decoder(): (chunk: Buffer) => Message[] {
  let trunk = Buffer.alloc(0);
  const streams = new Map<number, Buffer>();
  return (chunk) => {
    trunk = Buffer.concat([trunk, chunk]);
    const messages: Message[] = [];
    while (trunk.length >= 8 && trunk.length >= 8 + trunk.readUInt32BE(4)) {
      const [connection, length] = [trunk.readUInt32BE(0), trunk.readUInt32BE(4)];
      const part = trunk.subarray(8, 8 + length);
      trunk = trunk.subarray(8 + length);
      let bytes = Buffer.concat([streams.get(connection) ?? Buffer.alloc(0), part]);
      while (bytes.length >= 10 && bytes.length >= 10 + bytes.readUInt32BE(0)) {
        const end = 10 + bytes.readUInt32BE(0);
        messages.push({
          connection,
          stream: bytes.readUInt32BE(4),
          type: bytes[8]!,
          body: bytes.subarray(10, end),
        });
        bytes = bytes.subarray(end);
      }
      streams.set(connection, bytes);
    }
    return messages;
  };
}
