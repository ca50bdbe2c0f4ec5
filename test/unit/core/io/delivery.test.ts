import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync } from 'node:fs';
import fileSystem from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { encodeEntry } from '../../../../core/io/log/entry.ts';
import { type Delivered, readDelivered, saveDelivered } from '../../../../core/io/log/delivered.ts';
import { RotatingFile } from '../../../../core/io/log/RotatingFile.ts';
import { DeliveryReader } from '../../../../core/io/read/DeliveryReader.ts';
import { undeliveredBytes } from '../../../../core/io/read/undelivered.ts';
import { temporaryDirectory } from './helpers.ts';

const time = '2026-11-01T00:00:00.000000000Z';
const line = (text: string) => encodeEntry('stdout', Buffer.from(`${text}\n`), time);
/** Three lines fill a file. */
const maxSize = 3 * line('00').length;
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(2, '0'));

describe('the delivery of a log', () => {
  const parent = temporaryDirectory();
  const directory = () => dirname(logPath);
  let logPath = '';
  beforeEach(() => {
    logPath = join(mkdtempSync(join(parent, 'log-')), 'container.log');
  });
  const file = (keepBytes: number, maxFile = 1) => new RotatingFile(logPath, { maxSize, maxFile, keepBytes });
  const write = (log: RotatingFile, from: number, to: number) =>
    assert.equal(log.append(numbers(from, to).map(line)).error, undefined);

  /** Reads to the end, and acknowledges all. */
  async function deliver(at: Delivered = readDelivered(logPath)): Promise<{ texts: string[]; lost: number }> {
    const reader = new DeliveryReader(logPath, at);
    const texts: string[] = [];
    let lost = 0;
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      texts.push(...batch.entries.map(({ data }) => data.toString().trimEnd()));
      lost += batch.lost;
      await saveDelivered(logPath, batch.next);
    }
    await reader.close();
    return { texts, lost };
  }

  it('has every line once, over rotated files, and continues where it has ended', async () => {
    const log = file(1_000_000);
    write(log, 1, 10);
    assert.deepEqual(await deliver(), { texts: numbers(1, 10), lost: 0 });
    assert.deepEqual(await deliver(), { texts: [], lost: 0 });
    write(log, 11, 20);
    assert.deepEqual((await deliver()).texts, numbers(11, 20));
    assert.equal(undeliveredBytes(logPath, readDelivered(logPath)), 0);
  });

  it('keeps rotated files until they are delivered, and then no longer', async () => {
    const log = file(1_000_000);
    write(log, 1, 12);
    assert.equal(readdirSync(directory()).length, 4);
    assert.equal(undeliveredBytes(logPath, readDelivered(logPath)), 4 * maxSize);
    await deliver();
    log.trim();
    assert.deepEqual(readdirSync(directory()).toSorted(), ['container.log', 'delivered.json']);
  });

  it('reports what had to be removed, exactly, also after a part of it was delivered', async () => {
    const log = file(maxSize);
    write(log, 1, 2);
    assert.deepEqual((await deliver()).texts, ['01', '02']);
    write(log, 3, 14);
    const { texts, lost } = await deliver();
    // Lines 3 to 9 are in files that were removed; the first of these was delivered but for its last line.
    assert.match(texts[0]!, /^\[pouch: \d+ bytes of log were removed/);
    assert.deepEqual(texts.slice(1), numbers(10, 14));
    assert.equal(lost, 7 * line('00').length);
    assert.equal(readDelivered(logPath).lost, lost);
    assert.equal((await deliver()).lost, 0);
  });

  it('reports exactly what is removed while it opens the log', async () => {
    const log = file(maxSize);
    // The first file differs from the others in size.
    const written = ['the first line', ...numbers(1, 20)];
    log.append([line(written[0]!)]);
    // When it has found that this file is the newest.
    const found = afterNext('stat', () => write(log, 1, 20));
    const { texts, lost } = await deliver().finally(found.restore);
    const missing = written.filter((text) => !texts.includes(text));
    assert.equal(lost, missing.map(line).join('').length, texts.join(' '));
    assert.ok(missing.length > 0 && found.wasCalled());
  });

  it('continues when the keeper restarts after it has removed every rotated file', async () => {
    write(file(maxSize), 1, 4);
    await deliver();
    const log = file(maxSize);
    log.trim();
    write(log, 5, 20);
    const { texts, lost } = await deliver();
    assert.deepEqual(texts.slice(1), numbers(16, 20));
    assert.equal(lost, 11 * line('00').length);
  });

  it('begins again with a position that is damaged', async () => {
    write(file(1_000_000), 1, 5);
    await deliver();
    await saveDelivered(logPath, { file: 'x', offset: -1, lost: 0 } as unknown as Delivered);
    assert.deepEqual((await deliver()).texts, numbers(1, 5));
  });
});

/** Calls `work` once when the next call of this function of node:fs/promises has its result, before its caller does. */
function afterNext(name: 'stat', work: () => void): { restore: () => void; wasCalled: () => boolean } {
  const original = fileSystem[name];
  let calls = 0;
  const replaceBy = (replacement: unknown) => {
    Object.assign(fileSystem, { [name]: replacement });
    syncBuiltinESMExports();
  };
  replaceBy(async (...args: Parameters<typeof original>) => {
    const result = await original(...args);
    if ((calls += 1) === 1) work();
    return result;
  });
  return { restore: () => replaceBy(original), wasCalled: () => calls > 0 };
}
