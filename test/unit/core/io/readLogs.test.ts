import assert from 'node:assert/strict';
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeEntry } from '../../../../core/io/log/entry.ts';
import { RotatingFile } from '../../../../core/io/log/RotatingFile.ts';
import { readLogs } from '../../../../core/io/index.ts';
import type { LogQuery } from '../../../../hooks/index.ts';
import { collect, temporaryDirectory, texts } from './helpers.ts';

const all: LogQuery = { stdout: true, stderr: true, follow: false };
const never = { isDone: () => new Promise<void>(() => undefined) };

/** Entry `n` of second `n`; every third one is stderr. */
function entry(n: number): string {
  const time = new Date(n * 1000).toISOString().replace('Z', '000000Z');
  return encodeEntry(n % 3 === 0 ? 'stderr' : 'stdout', Buffer.from(`${n}\n`), time);
}

function entries(from: number, to: number): string {
  let text = '';
  for (let n = from; n <= to; n++) text += entry(n);
  return text;
}

describe('readLogs', () => {
  const directory = temporaryDirectory();
  let count = 0;
  let path = '';
  const numbers = async (query: Partial<LogQuery>, options = never) =>
    texts(await collect(readLogs(path, { ...all, ...query }, options))).map(Number);
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  beforeEach(() => {
    path = join(directory, `${++count}.log`);
  });

  describe('of three files', () => {
    beforeEach(() => {
      writeFileSync(`${path}.9`, entries(1, 10));
      writeFileSync(`${path}.10`, entries(11, 20));
      writeFileSync(path, entries(21, 25));
    });

    it('gives the oldest first', async () => assert.deepEqual(await numbers({}), range(1, 25)));
    it('gives one stream', async () =>
      assert.deepEqual(await numbers({ stdout: false, tail: 3 }), [18, 21, 24]));
    it('gives the last entries', async () => assert.deepEqual(await numbers({ tail: 2 }), [24, 25]));
    it('gives the last entries of several files', async () =>
      assert.deepEqual(await numbers({ tail: 17 }), range(9, 25)));
    it('gives all entries if there are fewer', async () =>
      assert.deepEqual(await numbers({ tail: 1000 }), range(1, 25)));
    it('gives nothing for a tail of 0', async () => assert.deepEqual(await numbers({ tail: 0 }), []));
    it('begins at since', async () => assert.deepEqual(await numbers({ since: 18.5 }), range(19, 25)));
    it('ends at until', async () => assert.deepEqual(await numbers({ until: 12 }), range(1, 12)));
    it('gives nothing since the future', async () => assert.deepEqual(await numbers({ since: 26 }), []));
    it('counts tail up to until', async () =>
      assert.deepEqual(await numbers({ tail: 2, until: 12 }), [11, 12]));
    it('gives the later of tail and since', async () => {
      assert.deepEqual(await numbers({ tail: 20, since: 24 }), [24, 25]);
      assert.deepEqual(await numbers({ tail: 1, since: 2 }), [25]);
    });
  });

  it('is empty for a log that does not exist', async () => assert.deepEqual(await numbers({}), []));

  it('ends with what existed at its start, however much is written meanwhile', async () => {
    writeFileSync(path, entries(1, 3));
    const seen: number[] = [];
    for await (const { data } of readLogs(path, { ...all, tail: 2 }, never)) {
      appendFileSync(path, entry(9));
      seen.push(Number(data));
    }
    assert.deepEqual(seen, [2, 3]);
  });

  it('leaves damaged lines out', async () => {
    const half = entry(3).slice(0, 20);
    writeFileSync(path, `${entry(1)}\u0000\u0000\n${entry(2)}${half}\n${entry(4)}{"log":"never ended`);
    assert.deepEqual(await numbers({}), [1, 2, 4]);
    assert.deepEqual(await numbers({ tail: 2 }), [2, 4]);
  });

  it('skips a line of many megabytes', async () => {
    writeFileSync(path, `${entry(1)}${'x'.repeat(5_000_000)}\n${entry(2)}`);
    assert.deepEqual(await numbers({}), [1, 2]);
    assert.deepEqual(await numbers({ tail: 2 }), [1, 2]);
  });

  it('finds the lines at the block boundaries of a large file', async () => {
    writeFileSync(path, entries(1, 20_000));
    assert.deepEqual(await numbers({ tail: 15_000 }), range(5001, 20_000));
    assert.deepEqual(await numbers({}), range(1, 20_000));
  });

  describe('following', () => {
    const followed = (...args: Parameters<typeof readLogs>) => readLogs(...args)[Symbol.asyncIterator]();

    /** Reads `n` entries, then continues to act. */
    async function take(iterator: AsyncIterator<{ data: Buffer }>, n: number): Promise<number[]> {
      const taken: number[] = [];
      while (taken.length < n) {
        const next = await iterator.next();
        assert.ok(next.done !== true);
        taken.push(Number(next.value.data.toString()));
      }
      return taken;
    }

    it('continues with what is appended and ends when the output is complete', async () => {
      writeFileSync(path, entries(1, 2));
      let done = () => undefined as void;
      const isDone = () => new Promise<void>((resolve) => (done = resolve));
      const log = followed(path, { ...all, follow: true, tail: 1 }, { isDone });
      assert.deepEqual(await take(log, 1), [2]);
      appendFileSync(path, entries(3, 4));
      assert.deepEqual(await take(log, 2), [3, 4]);
      appendFileSync(path, entry(5));
      done();
      assert.deepEqual(texts(await collect(log)), ['5\n']);
    });

    it('waits for a log that does not exist yet', async () => {
      const log = followed(path, { ...all, follow: true }, never);
      const first = take(log, 1);
      writeFileSync(path, entry(1));
      assert.deepEqual(await first, [1]);
      await log.return(undefined);
    });

    it('waits for the rest of an incomplete line', async () => {
      const log = followed(path, { ...all, follow: true }, never);
      const first = take(log, 1);
      writeFileSync(path, entry(1) + entry(2).slice(0, 30));
      assert.deepEqual(await first, [1]);
      appendFileSync(path, entry(2).slice(30));
      assert.deepEqual(await take(log, 1), [2]);
      await log.return(undefined);
    });

    it('misses nothing across rotations, also several at once', async () => {
      const file = new RotatingFile(path, { maxSize: 2000, maxFile: 40 });
      const log = followed(path, { ...all, follow: true }, never);
      const got = take(log, 600);
      for (let n = 1; n <= 600; n++) {
        file.append([entry(n)]);
        if (n % 100 === 0) await new Promise(setImmediate);
      }
      assert.deepEqual(await got, range(1, 600));
      file.close();
      await log.return(undefined);
    });

    it('reads a file that rotation removed to its end', async () => {
      writeFileSync(path, entry(1));
      const log = followed(path, { ...all, follow: true }, never);
      assert.deepEqual(await take(log, 1), [1]);
      appendFileSync(path, entry(2));
      renameSync(path, `${path}.gone`);
      writeFileSync(path, entry(3));
      assert.deepEqual(await take(log, 2), [2, 3]);
      rmSync(`${path}.gone`);
      await log.return(undefined);
    });

    it('ends without an error when aborted', async () => {
      writeFileSync(path, entry(1));
      const abort = new AbortController();
      const log = followed(path, { ...all, follow: true }, { ...never, signal: abort.signal });
      assert.deepEqual(await take(log, 1), [1]);
      abort.abort();
      assert.deepEqual(await collect(log), []);
    });

    it('ends when until has passed', async () => {
      writeFileSync(path, entry(1));
      assert.deepEqual(await numbers({ follow: true, until: Date.now() / 1000 }), [1]);
    });
  });
});
