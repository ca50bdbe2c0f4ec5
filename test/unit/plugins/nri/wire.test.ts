import assert from 'node:assert/strict';
import { Request, Response } from '../../../../plugins/nri/gen/ttrpc.ts';
import { FrameReader } from '../../../../plugins/nri/wire/FrameReader.ts';
import { Mux } from '../../../../plugins/nri/wire/Mux.ts';
import { TtrpcClient } from '../../../../plugins/nri/wire/TtrpcClient.ts';
import { type Handler, TtrpcServer } from '../../../../plugins/nri/wire/TtrpcServer.ts';
import { longestMessage, ttrpcForm } from '../../../../plugins/nri/wire/ttrpcFrame.ts';
import { decoder, encode, type Message } from '../../../support/nri/framing.ts';

const protocolError = { code: 'PCH_NRI_PROTOCOL' };

describe('frames', () => {
  const frame = (body: string) => {
    const header = Buffer.alloc(10);
    header.writeUInt32BE(body.length);
    return Buffer.concat([header, Buffer.from(body)]);
  };

  it('are cut from a stream however it arrives', () => {
    const bytes = Buffer.concat([frame('one'), frame(''), frame('three')]);
    for (const size of [1, 3, 11, bytes.length]) {
      const reader = new FrameReader(ttrpcForm);
      const found: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        found.push(...reader.push(bytes.subarray(at, at + size)).map((one) => one.subarray(10).toString()));
      assert.deepEqual(found, ['one', '', 'three'], `${size} bytes at a time`);
    }
  });

  it('that are too long are refused by their header', () => {
    const header = Buffer.alloc(10);
    header.writeUInt32BE(longestMessage + 1);
    assert.throws(() => new FrameReader(ttrpcForm).push(header), {
      ...protocolError,
      message: `expected ttRPC frames of at most ${longestMessage} bytes, found one of ${longestMessage + 1}`,
    });
  });
});

describe('the multiplexer', () => {
  it('keeps connections apart, and is read by an implementation of its own', () => {
    const received: [number, string][] = [];
    const sent: Buffer[] = [];
    const mux = new Mux(
      (bytes) => sent.push(bytes),
      new Map([1, 2].map((id) => [id, (bytes: Buffer) => void received.push([id, bytes.toString()])])),
    );
    const message = encode({ connection: 2, stream: 1, type: 1, body: Buffer.from('body') });
    mux.receive(message);
    assert.deepEqual(
      received.map(([id]) => id),
      [2],
    );
    mux.send(1, message.subarray(8));
    const [read] = decoder()(Buffer.concat(sent));
    assert.deepEqual([read?.connection, read?.body.toString()], [1, 'body']);
  });

  it('cuts a message as Go’s writer does: at most 4096 bytes first, then the rest', () => {
    const lengthsOf = (size: number) => {
      const sent: Buffer[] = [];
      new Mux((bytes) => sent.push(bytes), new Map()).send(1, Buffer.alloc(size));
      return sent.map((bytes) => bytes.length - 8);
    };
    assert.deepEqual([4096, 4097, 100_000].map(lengthsOf), [[4096], [4096, 1], [4096, 95_904]]);
  });

  it('refuses a connection that it does not have', () => {
    assert.throws(() => new Mux(() => {}, new Map()).receive(Buffer.alloc(8)), protocolError);
  });
});

describe('a call of ttRPC', () => {
  const limits = () => ({ signal: AbortSignal.timeout(1_000), timeoutMs: 1_000 });
  const call = { service: 'a.Service', method: 'Echo', payload: Buffer.from('hello') };

  /** A client and a server that are connected. */
  function pair(mostCalls = 10) {
    const server: TtrpcServer = new TtrpcServer({
      handlers: new Map<string, Handler>([
        ['/a.Service/Echo', async (payload: Buffer) => payload],
        ['/a.Service/Fail', async () => Promise.reject(new Error('no luck'))],
        ['/a.Service/Wait', async () => new Promise(() => {})],
      ]),
      send: (bytes) => client.receive(bytes),
      mostCalls,
    });
    const client: TtrpcClient = new TtrpcClient((bytes) => server.receive(bytes));
    return client;
  }

  it('returns the response', async () => {
    assert.equal((await pair().call({ ...call, ...limits() })).toString(), 'hello');
  });

  it('rejects with the error of the server, and for a method that it does not have', async () => {
    const client = pair();
    await assert.rejects(client.call({ ...call, method: 'Fail', ...limits() }), {
      code: 'PCH_PLUGIN_FAILED',
      message: 'no luck',
    });
    await assert.rejects(
      client.call({ ...call, method: 'Other', ...limits() }),
      /no method \/a\.Service\/Other/,
    );
  });

  it('is served only while there are not too many', async () => {
    const client = pair(1);
    void client.call({ ...call, method: 'Wait', ...limits() }).catch(() => {});
    await assert.rejects(client.call({ ...call, ...limits() }), /more than 1 calls at a time/);
  });

  it('ends with the signal; the late response is dropped', async () => {
    const sent: Message[] = [];
    const client = new TtrpcClient((bytes) => sent.push(...decoder()(muxed(bytes))));
    const end = new AbortController();
    const late = client.call({ ...call, signal: end.signal, timeoutMs: 1_000 });
    end.abort(new Error('too late'));
    await assert.rejects(late, /too late/);
    client.receive(response(sent[0]!.stream, 'late'));
    const next = client.call({ ...call, ...limits() });
    client.receive(response(sent[1]!.stream, 'in time'));
    assert.equal((await next).toString(), 'in time');
    assert.throws(() => client.receive(response(sent[1]!.stream, 'again')), protocolError);
  });

  it('carries the timeout', async () => {
    const sent: Message[] = [];
    const client = new TtrpcClient((bytes) => sent.push(...decoder()(muxed(bytes))));
    void client.call({ ...call, ...limits(), timeoutMs: 1.5 }).catch(() => {});
    assert.equal(Request.decode(sent[0]!.body).timeoutNano, 2_000_000n);
  });

  it('is refused after 64 without a response, and after the end of the connection', async () => {
    const client = new TtrpcClient(() => {});
    const aborted = AbortSignal.timeout(20);
    const unanswered = Array.from({ length: 64 }, () =>
      client.call({ ...call, signal: aborted, timeoutMs: 1 }),
    );
    assert.ok((await Promise.allSettled(unanswered)).every(({ status }) => status === 'rejected'));
    await assert.rejects(client.call({ ...call, ...limits() }), /has not responded to 64 requests/);
    const other = new TtrpcClient(() => {});
    const waiting = other.call({ ...call, ...limits() });
    const gone = { code: 'PCH_NRI_NOT_CONNECTED', message: 'gone' };
    other.close(Object.assign(new Error('gone'), gone) as never);
    await assert.rejects(waiting, gone);
    await assert.rejects(other.call({ ...call, ...limits() }), gone);
  });

  it('is refused if its message is too long', async () => {
    const payload = Buffer.alloc(longestMessage);
    await assert.rejects(new TtrpcClient(() => {}).call({ ...call, payload, ...limits() }), protocolError);
  });

  function response(stream: number, text: string): Buffer {
    const body = Buffer.from(Response.encode(Response.create({ payload: Buffer.from(text) })).finish());
    return encode({ connection: 1, stream, type: 2, body }).subarray(8);
  }

  function muxed(bytes: Buffer): Buffer {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(1, 0);
    header.writeUInt32BE(bytes.length, 4);
    return Buffer.concat([header, bytes]);
  }
});
