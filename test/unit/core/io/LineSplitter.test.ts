import assert from 'node:assert/strict';
import { LineSplitter, maxEntryBytes } from '../../../../core/io/log/LineSplitter.ts';

function split(...chunks: string[]): string[] {
  const splitter = new LineSplitter();
  const entries = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)));
  return [...entries, ...splitter.flush()].map(String);
}

describe('LineSplitter', () => {
  it('returns one entry per line, with its newline', () => {
    assert.deepEqual(split('a\nb\n\n'), ['a\n', 'b\n', '\n']);
  });

  it('joins a line that spans chunks', () => {
    assert.deepEqual(split('he', 'llo', ' world\nnext'), ['hello world\n', 'next']);
  });

  it('splits a line of more than 16 KiB; only the last entry has the newline', () => {
    const line = 'x'.repeat(2 * maxEntryBytes + 5);
    assert.deepEqual(
      split(`${line}\n`).map((entry) => entry.length),
      [maxEntryBytes, maxEntryBytes, 6],
    );
    assert.equal(split(`${line}\n`).join(''), `${line}\n`);
  });

  it('does not split a line of 16 KiB with its newline', () => {
    assert.equal(split(`${'x'.repeat(maxEntryBytes - 1)}\n`).length, 1);
  });

  it('does not split a UTF-8 character', () => {
    const line = `a${'€'.repeat(20_000)}`;
    const pieces = split(line);
    assert.equal(pieces.join(''), line);
    assert.ok(pieces.length > 3 && pieces.every((piece) => !piece.includes('\ufffd')));
  });

  it('splits bytes that are not text at 16 KiB', () => {
    const splitter = new LineSplitter();
    const [piece] = splitter.push(Buffer.alloc(40_000, 0x80));
    assert.equal(piece?.length, maxEntryBytes);
  });

  it('copies the incomplete line out of the chunk', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.from('start');
    splitter.push(chunk);
    chunk.fill('!');
    assert.equal(splitter.rest.toString(), 'start');
  });
});
