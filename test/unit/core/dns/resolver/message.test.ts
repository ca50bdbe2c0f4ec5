import assert from 'node:assert/strict';
import dnsPacket from 'dns-packet';
import {
  addressOfReverse,
  failure,
  isResponseTo,
  maxQueryBytes,
  mayRespond,
  parseQuery,
  type Query,
  rcodes,
  response,
} from '../../../../../core/dns/resolver/message.ts';

const query = (name: string, type: 'A' | 'AAAA' | 'PTR' = 'A', extra: object = {}) =>
  dnsPacket.encode({
    type: 'query',
    id: 4711,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type, name }],
    ...extra,
  });
const parsed = (message: Buffer) => parseQuery(message) as Query;

describe('a DNS message', () => {
  it('is a query of one name, in the case that the client wrote', () => {
    const { name, type, udpBytes } = parsed(query('Db.web'));
    assert.deepEqual({ name, type, udpBytes }, { name: 'Db.web', type: 'A', udpBytes: 512 });
  });

  it('names the size of the response that its client takes, of which 1232 bytes are used at most', () => {
    const opt = { type: 'OPT' as const, name: '.', udpPayloadSize: 4096, flags: 0, options: [] };
    assert.equal(parsed(query('db', 'A', { additionals: [opt] })).udpBytes, 1232);
  });

  it('gets addresses with the id and the question of the query', () => {
    const message = query('dB');
    const bytes = response(message, parsed(message), { type: 'A', data: ['10.0.0.1', '10.0.0.2'] }, 512);
    const { id, questions, answers, flags = 0 } = dnsPacket.decode(bytes);
    assert.equal(id, 4711);
    assert.equal(questions?.[0]?.name, 'dB');
    assert.deepEqual(
      answers?.map((one) => ({ ...one })).map(({ name, ...rest }) => [name, 'data' in rest && rest.data]),
      [['dB', '10.0.0.1'], ['dB', '10.0.0.2']], // prettier-ignore
    );
    assert.ok(flags & dnsPacket.RECURSION_AVAILABLE);
  });

  it('is truncated where its client takes fewer bytes', () => {
    const message = query('a'.repeat(60));
    const data = Array.from({ length: 40 }, (_, n) => `10.0.0.${n}`);
    const bytes = response(message, parsed(message), { type: 'A', data }, 512);
    const { answers, flag_tc } = dnsPacket.decode(bytes);
    assert.ok(bytes.length <= 512);
    assert.equal(answers?.length, 5);
    assert.equal(flag_tc, true);
  });

  it('without records says that the name exists', () => {
    const message = query('db', 'AAAA');
    const bytes = response(message, parsed(message), { type: 'AAAA', data: [] }, 512);
    const { rcode, answers } = dnsPacket.decode(bytes) as dnsPacket.DecodedPacket & { rcode: string };
    assert.deepEqual({ rcode, answers }, { rcode: 'NOERROR', answers: [] });
  });

  it('that is a response, or shorter than a header, gets none', () => {
    const reply = dnsPacket.encode({ type: 'response', id: 1, questions: [{ type: 'A', name: 'db' }] });
    for (const one of [reply, Buffer.alloc(0), Buffer.alloc(11)]) assert.equal(mayRespond(one), false);
  });

  const header = (counts: number[], flags = 0) =>
    Buffer.from([0, 1, flags, 0, ...counts.flatMap((count) => [count >> 8, count & 0xff])]);
  const hostile: [string, Buffer, number][] = [
    ['without a question', header([0, 0, 0, 0]), rcodes.FORMERR],
    ['with two questions', query('a', 'A', { questions: [{ type: 'A', name: 'a' }, { type: 'A', name: 'b' }] }), rcodes.FORMERR], // prettier-ignore
    ['with 65535 records', header([1, 0xffff, 0, 0]), rcodes.FORMERR],
    ['that ends in its name', Buffer.concat([header([1, 0, 0, 0]), Buffer.from([63, 97])]), rcodes.FORMERR],
    ['that ends behind its name', Buffer.concat([header([1, 0, 0, 0]), Buffer.from([0])]), rcodes.FORMERR],
    ['with a name that points to itself', Buffer.concat([header([1, 0, 0, 0]), Buffer.from([0xc0, 12, 0, 1, 0, 1])]), rcodes.FORMERR], // prettier-ignore
    ['with a name that points into the header', Buffer.concat([header([1, 0, 0, 0]), Buffer.from([0xc0, 2, 0, 1, 0, 1])]), rcodes.FORMERR], // prettier-ignore
    ['with a name of 300 bytes', Buffer.concat([header([1, 0, 0, 0]), ...Array.from({ length: 6 }, () => Buffer.from([49, ...Buffer.alloc(49, 97)])), Buffer.from([0, 0, 1, 0, 1])]), rcodes.FORMERR], // prettier-ignore
    ['with a name that is not text', Buffer.concat([header([1, 0, 0, 0]), Buffer.from([2, 0xff, 0xfe, 0, 0, 1, 0, 1])]), rcodes.FORMERR], // prettier-ignore
    ['that is too long', Buffer.concat([query('db'), Buffer.alloc(maxQueryBytes)]), rcodes.FORMERR],
    ['of another kind', Buffer.concat([header([1, 0, 0, 0], 0x28), Buffer.alloc(5)]), rcodes.NOTIMP],
  ];
  for (const [what, message, rcode] of hostile)
    it(`${what} is refused, with its id`, () => {
      assert.equal(parseQuery(message), rcode);
      const reply = failure(message, rcode);
      assert.equal(reply.readUInt16BE(0), message.readUInt16BE(0));
      assert.equal(reply.readUInt16BE(2) & 0xf, rcode);
    });

  it('with many names that point to each other takes no time', () => {
    const pointers = Array.from({ length: 600 }, (_, n) => [0xc0 | ((n * 2 + 12) >> 8), (n * 2 + 12) & 0xff]);
    const message = Buffer.concat([header([1, 0, 0, 2]), Buffer.from(pointers.flat())]).subarray(0, 1232);
    assert.equal(parseQuery(message), rcodes.FORMERR);
  });

  it('of random bytes never throws', () => {
    for (let n = 0; n < 3000; n += 1) {
      const random = Array.from({ length: n % 97 }, () => Math.floor(Math.random() * 256));
      const bytes = Buffer.concat([header([1, 0, 0, n % 3]), Buffer.from(random)]);
      const found = parseQuery(bytes);
      assert.ok(typeof found === 'number' || found.question.length >= 5);
    }
  });

  it('is the response to a query only with its id and its question', () => {
    const { question } = parsed(query('db'));
    const reply = (id: number, name: string) =>
      dnsPacket.encode({ type: 'response', id, questions: [{ type: 'A', name }] });
    assert.equal(isResponseTo(reply(7, 'db'), 7, question), true);
    assert.equal(isResponseTo(reply(8, 'db'), 7, question), false);
    assert.equal(isResponseTo(reply(7, 'dc'), 7, question), false);
    assert.equal(isResponseTo(query('db'), 4711, question), false);
    assert.equal(isResponseTo(Buffer.alloc(3), 0, question), false);
  });

  it('asks for the name of an address', () => {
    assert.equal(addressOfReverse('3.77.18.198.in-addr.arpa'), '198.18.77.3');
    const zeros = '0.'.repeat(23);
    assert.equal(
      addressOfReverse(`1.${zeros}8.b.d.0.1.0.0.2.ip6.arpa`),
      '2001:0db8:0000:0000:0000:0000:0000:0001',
    );
    assert.equal(addressOfReverse('db.web'), undefined);
  });
});
