import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeEntry } from '../../../../core/io/log/entry.ts';
import { LogHolds } from '../../../../core/io/log/LogHolds.ts';
import { RotatingFile } from '../../../../core/io/log/RotatingFile.ts';
import { DeliveryReader } from '../../../../core/io/read/DeliveryReader.ts';
import { undeliveredBytes } from '../../../../core/io/read/undelivered.ts';
import { nothingDelivered } from '../../../../core/io/log/delivered.ts';
import { readLogs } from '../../../../core/io/index.ts';
import { waitUntil } from '../../../../core/wait/waitUntil.ts';
import type { LogQuery } from '../../../../hooks/index.ts';
import { collect, temporaryDirectory, texts } from './helpers.ts';

const all: LogQuery = { stdout: true, stderr: true, follow: false };
const never = { isDone: () => new Promise<void>(() => undefined) };
const maxSize = 400_000;

function entry(n: number): string {
  const time = new Date(n * 1000).toISOString().replace('Z', '000000Z');
  return encodeEntry('stdout', Buffer.from(`${n}\n`), time);
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('compressed logs', () => {
  const directory = temporaryDirectory();
  let count = 0;
  let path = '';
  const files = () =>
    readdirSync(directory)
      .filter((name) => name.startsWith(`${count}.log`))
      .map((name) => name.slice(`${count}.log`.length))
      .sort();
  const read = async (query: Partial<LogQuery> = {}) =>
    texts(await collect(readLogs(path, { ...all, ...query }, never)));
  const numbers = async (query: Partial<LogQuery> = {}) => (await read(query)).map(Number);
  const inodeOf = (suffix: string) => statSync(`${path}${suffix}`, { bigint: true }).ino;
  const idle = async (log: RotatingFile) =>
    assert.ok(await waitUntil(() => !log.isCompressing, { withinMs: 10_000, everyMs: 5 }), files().join(' '));
  const open = (holds = new LogHolds()) =>
    new RotatingFile(path, { maxSize, maxFile: 4, compress: true }, holds);

  /** Three files: `.1.gz`, `.2.gz` and the current one. Returns the number of the last line. */
  async function filled(log = open()): Promise<number> {
    let n = 0;
    while (!existsSync(path) || log.numberOf(inodeOf('')) < 3) log.append([entry((n += 1))]);
    log.append([entry((n += 1))]);
    await idle(log);
    return n;
  }

  beforeEach(() => {
    path = join(directory, `${++count}.log`);
  });

  it('are read as if they were not, and by zcat(1) too', async () => {
    const last = await filled();
    assert.deepEqual(files(), ['', '.1.gz', '.2.gz']);
    assert.deepEqual(await numbers(), range(1, last));
    assert.deepEqual(await numbers({ tail: 6000 }), range(last - 5999, last));
    assert.deepEqual(await numbers({ since: 100.5, until: 5000 }), range(101, 5000));
    assert.deepEqual(await numbers({ tail: 3, until: 200 }), [198, 199, 200]);
    const plain = execFileSync('zcat', [`${path}.1.gz`], { maxBuffer: 2 * maxSize }).toString();
    assert.ok(plain.startsWith(entry(1)) && plain.endsWith('\n'));
    assert.ok(plain.length > maxSize - 200 && statSync(`${path}.1.gz`).size * 5 < plain.length);
  });

  it('have lines of every length, and bytes that cannot be compressed', async () => {
    const log = open();
    const lines = range(1, 400).map((n) =>
      encodeEntry('stdout', Buffer.from(`${n} ${'äx"\\'.repeat((n * 37) % 4000)}\n`), '2026-01-01T00:00:00Z'),
    );
    log.append(lines);
    await idle(log);
    assert.ok(files().filter((name) => name.endsWith('.gz')).length === 3, files().join(' '));
    const got = await read();
    const from = 400 - got.length + 1;
    assert.deepEqual(
      got.map((text) => [Number(text.split(' ')[0]), text.length]),
      range(from, 400).map((n) => [n, `${n} ${'äx"\\'.repeat((n * 37) % 4000)}\n`.length]),
    );
  });

  it('keep their numbers: of the plain file that a reader has open, and after a restart', async () => {
    const log = open();
    log.append([entry(1)]);
    const [plainInode, held] = [inodeOf(''), openSync(path, 'r')];
    await filled(log);
    for (const one of [log, open()]) {
      one.position();
      assert.equal(one.numberOf(plainInode), 1);
      assert.deepEqual(
        ['.1.gz', '.2.gz', ''].map((suffix) => one.numberOf(inodeOf(suffix))),
        [1, 2, 3],
      );
    }
    closeSync(held);
  });

  it('are removed in their turn', async () => {
    const log = open();
    let n = 0;
    while (!existsSync(path) || log.numberOf(inodeOf('')) < 7) log.append([entry((n += 1))]);
    await idle(log);
    assert.deepEqual(files(), ['', '.4.gz', '.5.gz', '.6.gz']);
    const got = await numbers();
    assert.deepEqual(got, range(got[0]!, n));
  });

  it('are not made of small files', async () => {
    const log = new RotatingFile(path, { maxSize: 1000, maxFile: 3, compress: true });
    log.append(range(1, 100).map(entry));
    await idle(log);
    assert.equal(
      files().some((name) => name.includes('gz')),
      false,
    );
  });

  it('miss nothing for a follower, however the two race', async () => {
    const log = open();
    const got: number[] = [];
    const following = readLogs(path, { ...all, follow: true }, never)[Symbol.asyncIterator]();
    for (let n = 1; n <= 15_000; n++) {
      log.append([entry(n)]);
      if (n % 500 === 0) got.push(Number((await following.next()).value!.data.toString()));
    }
    while (got.length < 15_000) got.push(Number((await following.next()).value!.data.toString()));
    assert.deepEqual(got, range(1, 15_000));
    await following.return(undefined);
    await idle(log);
  });

  it('end a reader where it began, though its last file is rotated and compressed meanwhile', async () => {
    const log = open();
    log.append(range(1, 100).map(entry));
    const reading = readLogs(path, { ...all, tail: 100 }, never)[Symbol.asyncIterator]();
    const first = await reading.next();
    log.append(range(101, 9000).map(entry));
    await idle(log);
    assert.ok(files().includes('.1.gz'));
    assert.deepEqual(
      [first.value!.data.toString(), ...texts(await collect(reading))].map(Number),
      range(1, 100),
    );
  });

  it('are delivered from a place within them', async () => {
    const log = open();
    log.append(range(1, 3000).map(entry));
    const reader = new DeliveryReader(path, nothingDelivered);
    const first = (await reader.next())!;
    await reader.close();
    log.append(range(3001, 9000).map(entry));
    await idle(log);
    assert.ok(files().includes('.1.gz'));
    const waiting = undeliveredBytes(path, first.next);
    const total = range(1, 9000).reduce((sum, n) => sum + entry(n).length, 0);
    assert.equal(waiting, total - first.next.offset);
    const second = new DeliveryReader(path, first.next);
    const got = texts(first.entries);
    for (let batch = await second.next(); batch; batch = await second.next())
      got.push(...texts(batch.entries));
    await second.close();
    assert.deepEqual(got.map(Number), range(1, 9000));
  });

  describe('after a kill', () => {
    const cutOff: Record<string, () => void> = {
      'while the copy was written': () => {
        const copy = readFileSync(`${path}.1.gz`);
        writeFileSync(`${path}.1`, execFileSync('zcat', [`${path}.1.gz`], { maxBuffer: 2 * maxSize }));
        execFileSync('rm', [`${path}.1.gz`]);
        writeFileSync(`${path}.1.gz.new`, copy.subarray(0, 1000));
      },
      'before the plain file was removed': () =>
        writeFileSync(`${path}.1`, execFileSync('zcat', [`${path}.1.gz`], { maxBuffer: 2 * maxSize })),
    };
    for (const [when, leave] of Object.entries(cutOff))
      it(`${when}, nothing is lost or doubled, and it is done again`, async () => {
        const last = await filled();
        leave();
        assert.deepEqual(await numbers(), range(1, last));
        assert.deepEqual(await numbers({ tail: last - 10 }), range(11, last));
        const log = open();
        log.append([entry(last + 1)]);
        await idle(log);
        assert.deepEqual(files(), ['', '.1.gz', '.2.gz']);
        assert.deepEqual(await numbers(), range(1, last + 1));
      });
  });

  describe('that are damaged', () => {
    const damages: Record<string, (data: Buffer) => Buffer> = {
      'in the content of a member': (data) => {
        data.fill(0xff, 300, 400);
        return data;
      },
      'in the length of a header': (data) => {
        data.writeUInt32LE(99, 20);
        return data;
      },
      'in the plain length of a header': (data) => {
        data.writeUInt32LE(5000, 20);
        return data;
      },
      'in the total of a header': (data) => {
        data.writeDoubleLE(2 ** 50, 24);
        return data;
      },
      'in the total of a header, which could be': (data) => {
        data.writeDoubleLE(data.length * 1000, 24);
        return data;
      },
      'in the compressed length of the last header': (data) => {
        let at = 0;
        while (at + data.readUInt32LE(at + 16) < data.length) at += data.readUInt32LE(at + 16);
        data.writeUInt32LE(60, at + 16);
        return data;
      },
      'at the end': (data) => data.subarray(0, data.length - 100),
      'in the middle of a header': (data) => data.subarray(0, 20),
      entirely: () => Buffer.alloc(0),
      'to zeros': (data) => data.fill(0),
      'to garbage that looks like a header': (data) => {
        data.fill(0xff, 16, 48);
        return data;
      },
    };
    for (const [what, damage] of Object.entries(damages))
      it(`${what} are reported, and the rest is read`, async () => {
        const last = await filled();
        const whole = await numbers();
        writeFileSync(`${path}.1.gz`, damage(readFileSync(`${path}.1.gz`)));
        for (const query of [{}, { tail: last + 1 }, { since: 1 }]) {
          const got = await read(query);
          const notes = got.filter((text) => !/^\d+\n$/.test(text));
          assert.match(
            notes.join(''),
            /^(\[pouch: \d+ bytes of log cannot be read: .*\.log\.1\.gz is damaged\]\n)+$/,
          );
          const lines = got.filter((text) => /^\d+\n$/.test(text)).map(Number);
          assert.deepEqual(
            lines,
            [...new Set(lines)].toSorted((one, other) => one - other),
          );
          assert.equal(lines.at(-1), last);
          assert.ok(lines.length <= whole.length && lines.length >= 3000, `${lines.length} lines`);
        }
        const log = open();
        log.append([entry(last + 1)]);
        assert.deepEqual(await numbers({ tail: 2 }), [last, last + 1]);
      });
  });
});
