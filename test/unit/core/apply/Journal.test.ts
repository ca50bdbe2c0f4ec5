import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal, type JournalEntry } from '../../../../core/apply/Journal.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('a journal', () => {
  const directory = temporaryDirectory();
  const path = () => join(directory.path, 'journal.jsonl');
  const header: JournalEntry = { event: 'journal', version: 1 };
  const begin: JournalEntry = { event: 'begin', op: 'create', time: 'now' };
  const done: JournalEntry = { event: 'done', key: 'a' };
  const commit: JournalEntry = { event: 'commit', op: 'create' };
  const lines = (...entries: unknown[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

  async function append(...entries: JournalEntry[]): Promise<void> {
    const journal = new Journal(path());
    await journal.read();
    await journal.append(entries, { durable: true });
    journal.close();
  }

  it('begins with its version, and one without is of the first', async () => {
    await append(begin);
    assert.equal(readFileSync(path(), 'utf8'), lines(header, begin));
    writeFileSync(path(), lines(begin));
    assert.deepEqual(await new Journal(path()).read(), {
      entries: [begin],
      isMissing: false,
      isNewer: false,
    });
  });

  it('of a later version is known as such', async () => {
    writeFileSync(path(), lines({ event: 'journal', version: 2 }, { event: 'leap' }));
    assert.equal((await new Journal(path()).read()).isNewer, true);
  });

  it('that is lost or empty says so', async () => {
    const missing = { entries: [], isMissing: true, isNewer: false };
    assert.deepEqual(await new Journal(path()).read(), missing);
    writeFileSync(path(), '');
    assert.deepEqual(await new Journal(path()).read(), missing);
  });

  const bad: Record<string, [line: string, problem: string]> = {
    null: ['null', 'expected a JSON object, found null'],
    garbage: ['{"event":"int%%', 'expected a JSON object, found "{\\"event\\":\\"int%%"'],
    'NUL bytes': ['\0\0\0', 'expected a JSON object, found "\\u0000\\u0000\\u0000"'],
    'an array': ['[]', 'expected a JSON object, found []'],
    'another event': [
      '{"event":"toString"}',
      'event: expected journal, begin, intent, done, undone, commit, found "toString"',
    ],
    'no event': ['{}', 'event: expected journal, begin, intent, done, undone, commit, found nothing'],
    'a missing field': ['{"event":"done"}', 'key: expected required property, found nothing'],
    'a field of the wrong type': [
      '{"event":"intent","key":"a","kind":7,"stage":"create","args":{}}',
      'kind: expected string, found 7',
    ],
  };
  for (const [what, [line, problem]] of Object.entries(bad))
    it(`with ${what} in its middle names the line, and has the others`, async () => {
      writeFileSync(path(), `${lines(header, begin)}${line}\n${lines(commit)}`);
      const read = await new Journal(path()).read();
      assert.equal(read.damage, `journal.jsonl line 3: ${problem}`);
      assert.deepEqual(read.entries, [header, begin, commit]);
    });

  for (const rest of ['{"event":"do', '\0\0\0\0', '{"event":"done","key":"ö'.slice(0, -1)])
    it(`cut off by a crash (${JSON.stringify(rest)}) is not damaged, nor after the next entry`, async () => {
      writeFileSync(path(), lines(header, begin));
      appendFileSync(path(), Buffer.from(rest).subarray(0, -1));
      assert.equal((await new Journal(path()).read()).damage, undefined);
      await append(commit);
      assert.equal(readFileSync(path(), 'utf8'), lines(header, begin, commit));
    });

  it('keeps a last line of which only the end is missing', async () => {
    writeFileSync(path(), lines(header, begin, done).trimEnd());
    await append(commit);
    assert.equal(readFileSync(path(), 'utf8'), lines(header, begin, done, commit));
  });

  it('is replaced, with a copy of the damaged one beside it', async () => {
    writeFileSync(path(), 'null\n{"cut');
    const journal = new Journal(path());
    await journal.read();
    await journal.replace([done]);
    await journal.append([commit], { durable: false });
    journal.close();
    assert.equal(readFileSync(path(), 'utf8'), lines(header, done, commit));
    assert.equal(readFileSync(`${path()}.damaged`, 'utf8'), 'null\n{"cut');
  });
});
