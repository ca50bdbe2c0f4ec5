import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { AuditFile } from '../../../examples/audit/AuditFile.ts';
import { describe as sentence } from '../../../examples/audit/events.ts';
import { Outbox, type Sink } from '../../../examples/audit/Outbox.ts';
import { Position } from '../../../examples/audit/Position.ts';
import { httpSink, syslogSink } from '../../../examples/audit/sinks.ts';
import { DatagramReceiver } from '../../support/DatagramReceiver.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
// V8 rejects code caches of processes with other flags, and tests of other files run in this one.
setFlagsFromString('--no-expose-gc');

const never = new AbortController().signal;
const soon = { withinMs: 10_000 };

describe('examples/audit', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'audit-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  /** A queue, and what it reports. */
  function outbox(sink: Sink, { limit = 3, deadlineMs = 300 } = {}) {
    const failures: string[] = [];
    const box = new Outbox(sink, {
      limit,
      deadlineMs,
      onChange: () => undefined,
      onFailure: (error) => failures.push(error),
      noteOf: (count) => `${count} dropped`,
    });
    return { box, failures };
  }

  describe('the queue', () => {
    it('delivers in order, what waits together in one delivery', async () => {
      const batches: string[][] = [];
      const { box } = outbox((lines) => Promise.resolve(void batches.push([...lines])));
      box.add('a');
      box.add('b');
      await box.close(5_000);
      assert.deepEqual(batches, [['a', 'b']]);
    });

    it('a destination that is down: it fills up, drops and counts, never waits, and says so once it works', async () => {
      let isDown = true;
      const arrived: string[] = [];
      const { box, failures } = outbox((lines) => {
        if (isDown) return Promise.reject(new Error('down'));
        arrived.push(...lines);
        return Promise.resolve();
      });
      for (const line of ['a', 'b', 'c', 'd', 'e']) box.add(line);
      assert.deepEqual([box.waiting, box.dropped], [3, 2]);
      assert.ok(await waitUntil(() => box.failure === 'down', soon));
      isDown = false;
      assert.ok(await waitUntil(() => box.waiting === 0, soon));
      assert.deepEqual(arrived, ['a', 'b', 'c', '2 dropped']);
      assert.deepEqual([box.failure, failures], [undefined, ['down']]);
      // It reports them once.
      box.add('f');
      await box.close(5_000);
      assert.deepEqual(arrived.slice(4), ['f']);
    });

    it('a destination that hangs counts as failed at the deadline, and does not hold up the end', async () => {
      let began = () => {};
      const hangs = new Promise<void>((resolve) => (began = resolve));
      const { box } = outbox(() => (began(), new Promise(() => undefined)), { deadlineMs: 100 });
      box.add('a');
      await hangs;
      // Nothing but its timer refers to the deadline now, which must survive this.
      collectGarbage();
      assert.ok(await waitUntil(() => /no response within 100 ms/.test(box.failure ?? ''), soon));
      await box.close(10);
      assert.equal(box.waiting, 1);
    });
  });

  describe('HTTP', () => {
    let server: Server;
    let url: string;
    let respond: (body: string) => Promise<number>;
    beforeEach(async () => {
      server = createServer((request, response) => {
        void text(request).then(async (body) => response.writeHead(await respond(body)).end());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pouch`;
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    it('gets lines of JSON, again after an error or a response that is late', async () => {
      const bodies: string[] = [];
      const replies = [() => 500, () => new Promise<number>(() => undefined), () => 204];
      respond = async (body) => {
        bodies.push(body);
        return await replies.shift()!();
      };
      const { box, failures } = outbox(httpSink(url));
      box.add('{"a":1}');
      assert.ok(await waitUntil(() => box.waiting === 0, soon));
      assert.deepEqual(bodies, ['{"a":1}\n', '{"a":1}\n', '{"a":1}\n']);
      assert.deepEqual(failures, [`${url} responds with status 500`]);
    });

    it('that is not reachable is a failure', async () => {
      server.close();
      await assert.rejects(httpSink(url)(['a'], never));
    });
  });

  describe('syslog', () => {
    it('gets each record as a message of RFC 5424', async () => {
      const receiver = await DatagramReceiver.start(join(dir, 'log'));
      await syslogSink(join(dir, 'log'))(['{"a":1}', '{"b":2}'], never);
      assert.ok(await waitUntil(() => receiver.received.length === 2, soon));
      // 38 is auth.info.
      assert.match(receiver.received[0]!, /^<38>1 \d{4}-\d\d-\d\dT\S+ \S+ pouch .*\{"a":1\}$/);
      assert.match(receiver.received[1]!, /\{"b":2\}$/);
      receiver.stop();
    });

    it('that does not exist is a failure', async () => {
      await assert.rejects(syslogSink(join(dir, 'log'))(['a'], never), /log/);
    });

    it('that takes no more holds up its queue alone, and gets everything once it does', async () => {
      const receiver = await DatagramReceiver.start(join(dir, 'log'));
      receiver.pause();
      const { box } = outbox(syslogSink(join(dir, 'log')), { limit: 1_000 });
      const lines = Array.from({ length: 600 }, (_, index) => `line ${index}`);
      for (const line of lines) box.add(line);
      assert.ok(await waitUntil(() => box.failure !== undefined, soon));
      assert.equal(box.waiting, 600);
      receiver.resume();
      assert.ok(await waitUntil(() => box.waiting === 0, soon));
      assert.ok(await waitUntil(() => receiver.received.at(-1)?.endsWith('line 599') === true, soon));
      const seen = new Set(receiver.received.map((message) => /line \d+$/.exec(message)?.[0]));
      assert.deepEqual(
        lines.filter((line) => !seen.has(line)),
        [],
      );
      receiver.stop();
    });
  });

  describe('the file', () => {
    const record = (action: string) => JSON.stringify({ time: '2026-11-27T10:00:00Z', action });
    async function actions(file: AuditFile): Promise<string[]> {
      const found: string[] = [];
      for await (const { action } of file.records(never)) found.push(action);
      return found;
    }

    it('is read oldest first over its rotations, and never larger than it may be', async () => {
      const file = new AuditFile({ directory: join(dir, 'new'), maxSize: 200, maxFile: 3 });
      assert.deepEqual(await actions(file), []);
      const all = Array.from({ length: 20 }, (_, index) => `action-${index}`);
      for (const action of all) await file.append([record(action)]);
      const names = readdirSync(join(dir, 'new')).toSorted();
      assert.deepEqual(names, ['audit.jsonl', 'audit.jsonl.1', 'audit.jsonl.2']);
      for (const name of names) assert.ok(statSync(join(dir, 'new', name)).size <= 200);
      const found = await actions(file);
      assert.deepEqual(found, all.slice(-found.length));
      assert.ok(found.length >= 6, String(found.length));
    });

    it('is root’s alone, and half a line is left out', async () => {
      const file = new AuditFile({ directory: dir, maxSize: 10_000, maxFile: 2 });
      await file.append([record('a')]);
      assert.equal(statSync(join(dir, 'audit.jsonl')).mode & 0o777, 0o600);
      writeFileSync(join(dir, 'audit.jsonl'), '\n{"time": "20\n', { flag: 'a' });
      await file.append([record('b')]);
      assert.deepEqual(await actions(file), ['a', 'b']);
      assert.ok(!existsSync(join(dir, 'audit.jsonl.1')));
    });
  });

  describe('the position of a destination', () => {
    const line = (action: string, second: number) =>
      JSON.stringify({ time: `2026-11-27T10:00:0${second}.000Z`, action });
    const arrives: Sink = () => Promise.resolve();

    it('after a kill what did not arrive is delivered from the file, in order and once', async () => {
      const file = new AuditFile({ directory: dir, maxSize: 150, maxFile: 9 });
      const lines = [line('a', 1), line('b', 2), line('c', 2), line('d', 2), line('e', 3)];
      for (const one of lines) await file.append([one]);
      const missed = async () => {
        const found: string[] = [];
        await new Position(dir, 'http').missed(file, (one) => found.push(one), never);
        return found.map((one) => (JSON.parse(one) as { action: string }).action);
      };
      // A new destination does not get the past.
      assert.deepEqual(await missed(), []);
      const sink = new Position(dir, 'http').keptBy(arrives);
      await sink([lines[0]!], never);
      assert.deepEqual(await missed(), ['b', 'c', 'd', 'e']);
      await sink([lines[1]!, lines[2]!, '{"time":"2026-11-27T11:00:00Z","action":"audit.dropped"}'], never);
      assert.deepEqual(await missed(), ['d', 'e']);
      await sink(lines.slice(3), never);
      assert.deepEqual(await missed(), []);
    });

    it('does not move for a delivery that failed', async () => {
      const file = new AuditFile({ directory: dir, maxSize: 10_000, maxFile: 2 });
      await file.append([line('a', 1), line('b', 2)]);
      await new Position(dir, 'http').keptBy(arrives)([line('a', 1)], never);
      const fails = new Position(dir, 'http').keptBy(() => Promise.reject(new Error('down')));
      await assert.rejects(fails([line('b', 2)], never), /down/);
      const found: string[] = [];
      await new Position(dir, 'http').missed(file, (one) => found.push(one), never);
      assert.deepEqual(found, [line('b', 2)]);
    });
  });

  it('a record is one line for people', () => {
    const container = { id: 'ab'.repeat(32), name: 'web', image: 'docker.io/library/busybox:latest' };
    const time = '2026-11-27T10:00:00Z';
    const caller = { transport: 'unix', uid: 7 } as const;
    assert.equal(
      sentence({ time, action: 'exec', container, caller, program: 'sh', exitCode: 1 }),
      `${time} exec web abababababab docker.io/library/busybox:latest program=sh exitCode=1 by=uid:7`,
    );
    assert.equal(sentence({ time, action: 'daemon.ready' }), `${time} daemon.ready`);
  });
});
