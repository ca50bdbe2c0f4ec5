/** DNS messages (RFC 1035), as far as the resolver looks into them. */
import dnsPacket from 'dns-packet';

/** A query for one name. */
export interface Query {
  /** As the client wrote it, without the last dot. */
  readonly name: string;
  readonly type: string;
  /** The question's bytes. */
  readonly question: Buffer;
  /** Bytes of a response by UDP that the client takes (RFC 6891). */
  readonly udpBytes: number;
}

export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NOTIMP: 4 };

/** Seconds that clients may keep an address, as with Docker. */
const ttlSeconds = 600;

export const headerBytes = 12;
/** More is not a query of one name: it would cost more time to decode than clients may use. */
export const maxQueryBytes = 1232;
const smallestUdpBytes = 512;
/** Of a response that leaves in one datagram without fragments (dnsflagday.net/2020). */
const largestUdpBytes = 1232;

const QR = 0x8000;
const opcodes = 0x7800;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;

/** Whether a message may get a response at all: two resolvers must not respond to each other without end. */
export function mayRespond(message: Buffer): boolean {
  return message.length >= headerBytes && (message.readUInt16BE(2) & QR) === 0;
}

/** Returns the query, or the response code of a message that is not one. */
export function parseQuery(message: Buffer): Query | number {
  if ((message.readUInt16BE(2) & opcodes) !== 0) return rcodes.NOTIMP;
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  const isOne = questions === 1 && answers === 0 && authorities === 0 && additionals! <= 2;
  if (!isOne || message.length > maxQueryBytes) return rcodes.FORMERR;
  try {
    const { questions: read = [], additionals: others = [] } = dnsPacket.decode(message);
    const [asked] = read;
    if (!asked) return rcodes.FORMERR;
    // A name with a pointer, or with bytes that are not UTF-8, reads as another one.
    const question = dnsPacket.encode({ questions: [asked] }).subarray(headerBytes);
    if (!message.subarray(headerBytes).subarray(0, question.length).equals(question)) return rcodes.FORMERR;
    const { name, type, class: inClass } = asked;
    return {
      name,
      type: inClass === 'IN' ? type : 'OTHER',
      question,
      udpBytes: Math.max(...others.map(udpBytesOf), smallestUdpBytes),
    };
  } catch {
    return rcodes.FORMERR;
  }
}

function udpBytesOf(record: dnsPacket.Answer): number {
  return record.type === 'OPT' ? Math.min(record.udpPayloadSize, largestUdpBytes) : 0;
}

/** What is found for the name of a question. */
export interface Found {
  readonly type: 'A' | 'AAAA' | 'PTR';
  /** Addresses or names. */
  readonly data: readonly string[];
}

/** The response to a query, with as many records as fit into `maxBytes`. */
export function response(message: Buffer, { question, name }: Query, found: Found, maxBytes: number): Buffer {
  const records = recordsOf(name, found);
  const fitting: Buffer[] = [];
  let length = headerBytes + question.length;
  for (const record of records) {
    length += record.length;
    if (length > maxBytes) break;
    fitting.push(record);
  }
  const truncated = fitting.length < records.length ? TC : 0;
  const head = header(message, AA | truncated | rcodes.NOERROR, { questions: 1, answers: fitting.length });
  return Buffer.concat([head, question, ...fitting]);
}

function recordsOf(name: string, { type, data }: Found): Buffer[] {
  return data.map((one) => {
    const record = { type, name, ttl: ttlSeconds, class: 'IN' as const, data: one };
    return dnsPacket.encode({ answers: [record] }).subarray(headerBytes);
  });
}

/** A response without records. @param question of a query that is understood */
export function failure(message: Buffer, rcode: number, question?: Buffer): Buffer {
  const head = header(message, rcode, { questions: question ? 1 : 0, answers: 0 });
  return question ? Buffer.concat([head, question]) : head;
}

function header(
  message: Buffer,
  flags: number,
  { questions, answers }: { questions: number; answers: number },
): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  const asked = message.readUInt16BE(2) & (RD | opcodes);
  bytes.writeUInt16BE(message.readUInt16BE(0), 0);
  bytes.writeUInt16BE(QR | RA | asked | flags, 2);
  bytes.writeUInt16BE(questions, 4);
  bytes.writeUInt16BE(answers, 6);
  return bytes;
}

/** The query under another id. */
export function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id, 0);
  return copy;
}

/** Whether a message is the response to a query under an id. */
export function isResponseTo(message: Buffer, id: number, question: Buffer): boolean {
  return (
    message.length >= headerBytes &&
    message.readUInt16BE(0) === id &&
    (message.readUInt16BE(2) & QR) !== 0 &&
    message.subarray(headerBytes, headerBytes + question.length).equals(question)
  );
}

/** A resolver that cannot or does not want to respond: the next one is asked. */
export function isRefusal(message: Buffer): boolean {
  const rcode = message.readUInt16BE(2) & 0xf;
  return rcode === rcodes.SERVFAIL || rcode === 5;
}

/** The address of a reverse lookup (RFC 1035, section 3.5; RFC 3596, section 2.5). */
export function addressOfReverse(name: string): string | undefined {
  const [, four] = /^((?:\d{1,3}\.){4})in-addr\.arpa$/i.exec(name) ?? [];
  if (four) return four.slice(0, -1).split('.').toReversed().join('.');
  const [, six] = /^((?:[0-9a-f]\.){32})ip6\.arpa$/i.exec(name) ?? [];
  if (!six) return undefined;
  const digits = six.toLowerCase().replaceAll('.', '').split('').toReversed().join('');
  return digits.match(/.{4}/g)!.join(':');
}
