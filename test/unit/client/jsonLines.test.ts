import assert from 'node:assert/strict';
import { jsonLines } from '../../../client/jsonLines.ts';

async function collect(chunks: Buffer[]): Promise<unknown[]> {
  async function* source() {
    yield* chunks;
  }
  const values: unknown[] = [];
  for await (const value of jsonLines(source())) values.push(value);
  return values;
}

describe('JSON lines', () => {
  const bytes = Buffer.from('{"status":"ü"}\r\n\n{"n":2}\n{"last":true}');

  it('are parsed wherever chunks end, even within a character', async () => {
    for (let size = 1; size <= bytes.length; size++) {
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      assert.deepEqual(await collect(chunks), [{ status: 'ü' }, { n: 2 }, { last: true }]);
    }
  });

  it('throw for a line that is not valid JSON', async () => {
    await assert.rejects(collect([Buffer.from('{"a":1}\nnope\n')]), SyntaxError);
  });
});
