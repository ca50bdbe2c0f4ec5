import assert from 'node:assert/strict';
import { BodyDecoder, type Framing } from '../../../../hooks/connection/BodyDecoder.ts';

/** Decodes a body that arrives in pieces of `size` bytes, each beside bytes that are not its own. */
function decode(body: string, framing: Framing, size: number): { content: string; isDone: boolean } {
  const decoder = new BodyDecoder(framing);
  let content = '';
  for (let at = 0; at < body.length; at += size) {
    const piece = body.slice(at, at + size);
    const bytes = Buffer.from(`<<${piece}>>`, 'latin1');
    const end = decoder.decode(bytes, 2, 2 + piece.length);
    content += bytes.toString('latin1', 2, end);
    assert.equal(bytes.toString('latin1', 2 + piece.length), '>>');
  }
  return { content, isDone: decoder.isDone };
}

const rows: [what: string, body: string, framing: Framing, content: string, isDone: boolean][] = [
  ['chunks', '5\r\nhello\r\n00000007\r\n, world\r\n0\r\n\r\n', 'chunked', 'hello, world', true],
  ['extensions', '5;a=1;b="x"\r\nhello\r\n0;last\r\n\r\n', 'chunked', 'hello', true],
  ['trailer fields', '5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n', 'chunked', 'hello', true],
  ['upper-case sizes', 'A\r\n0123456789\r\n0\r\n\r\n', 'chunked', '0123456789', true],
  ['line feeds alone', '5\nhello\n0\n\n', 'chunked', 'hello', true],
  ['line breaks in the content', '6\r\n\r\n0\r\n\r\r\n0\r\n\r\n', 'chunked', '\r\n0\r\n\r', true],
  ['what follows the last chunk', '5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n', 'chunked', 'hello', true],
  ['a missing last chunk', '5\r\nhello\r\n', 'chunked', 'hello', false],
  ['a missing end of the trailer', '5\r\nhello\r\n0\r\n', 'chunked', 'hello', false],
  ['a length', 'hello', 5, 'hello', true],
  ['what follows a length', 'hello, world', 5, 'hello', true],
  ['less than a length', 'hel', 5, 'hel', false],
  ['nothing', '', 0, '', true],
];

const malformed: [what: string, body: string, message: RegExp][] = [
  ['a size that is not hexadecimal', 'x\r\nhello\r\n', /malformed size/],
  ['a negative size', '-5\r\nhello\r\n', /malformed size/],
  ['a missing size', '\r\nhello\r\n', /malformed size/],
  ['a size of more than 48 bits', '1000000000000\r\n', /malformed size/],
  ['a chunk longer than its size', '3\r\nhello\r\n', /longer than its size/],
  ['the same without a line break', '3\r\nhello', /longer than its size/],
  ['a line without an end', '5;' + 'x'.repeat(9000), /a line .* is too long/],
  ['endless trailer fields', '0\r\n' + `A: ${'b'.repeat(5000)}\r\n`.repeat(20), /the trailer .* is too long/],
];

describe('the content of HTTP bodies', () => {
  for (const [what, body, framing, content, isDone] of rows)
    it(`is found in bodies with ${what}, wherever they are cut`, () => {
      for (let size = 1; size <= body.length; size++)
        assert.deepEqual(decode(body, framing, size), { content, isDone });
    });

  for (const [what, body, message] of malformed)
    it(`is refused with ${what}`, () => {
      for (const size of [1, body.length]) assert.throws(() => decode(body, 'chunked', size), message);
    });
});
