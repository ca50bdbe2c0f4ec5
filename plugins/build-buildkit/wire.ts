/** The few messages of BuildKit’s and containerd’s API that are needed, by the numbers of their fields. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export type Value = string | Uint8Array | number | bigint | boolean;
/** Fields in the order of the message; a number may occur more than once. */
export type Fields = readonly (readonly [number: number, value: Value | undefined])[];

/** Values that are the default are left out, as proto3 does. */
export function encode(fields: Fields): Buffer {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (value === undefined || value === '' || value === 0 || value === false) continue;
    if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
    else if (value instanceof Uint8Array) writer.tag(number, WireType.LengthDelimited).bytes(value);
    else if (typeof value === 'boolean') writer.tag(number, WireType.Varint).bool(value);
    else writer.tag(number, WireType.Varint).int64(value.toString());
  }
  return Buffer.from(writer.finish());
}

/** A message that was received: its fields, and the bytes of each. */
export class Message {
  readonly #fields: { number: number; value: Uint8Array | bigint; raw: Uint8Array }[] = [];

  /** @throws Error for bytes that are not a message */
  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const start = reader.pos;
      const [number, type] = reader.tag();
      let value: Uint8Array | bigint;
      if (type === WireType.LengthDelimited) value = reader.bytes();
      else if (type === WireType.Varint) value = BigInt(reader.int64());
      else {
        reader.skip(type, number);
        value = 0n;
      }
      this.#fields.push({ number, value, raw: bytes.subarray(start, reader.pos) });
    }
  }

  all(number: number): Uint8Array[] {
    return this.#fields.flatMap((field) =>
      field.number === number && field.value instanceof Uint8Array ? [field.value] : [],
    );
  }

  bytes(number: number): Uint8Array {
    return this.all(number).at(-1) ?? new Uint8Array();
  }

  text(number: number): string {
    return Buffer.from(this.bytes(number)).toString('utf8');
  }

  integer(number: number): number {
    const values = this.#fields.filter((field) => field.number === number);
    const value = values.at(-1)?.value;
    return typeof value === 'bigint' ? Number(value) : 0;
  }

  map(number: number): Record<string, string> {
    return Object.fromEntries(
      this.all(number).map((bytes) => {
        const entry = new Message(bytes);
        return [entry.text(1), entry.text(2)];
      }),
    );
  }

  /** The message without these fields, as it was sent. */
  without(numbers: readonly number[]): Buffer {
    return Buffer.concat(
      this.#fields.filter(({ number }) => !numbers.includes(number)).map(({ raw }) => raw),
    );
  }
}

/** Fields of a map of texts. */
export function mapFields(number: number, map: Readonly<Record<string, string>>): Fields {
  return Object.entries(map).map(([key, value]) => [
    number,
    encode([
      [1, key],
      [2, value],
    ]),
  ]);
}
