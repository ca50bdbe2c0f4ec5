import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { copyOutput } from '../../../../cli/streams/copyOutput.ts';
import { fakeTerminal } from '../support/fakeTerminal.ts';

describe('output of a container', () => {
  it('is copied to the stream it was written to', async () => {
    const { terminal, out, err } = fakeTerminal();
    const bytes = Buffer.from([1, 0, 0, 0, 0, 0, 0, 2, 111, 10, 2, 0, 0, 0, 0, 0, 0, 2, 101, 10]);
    await copyOutput(Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]), false, terminal);
    assert.deepEqual([out(), err()], ['o\n', 'e\n']);
  });

  it('includes control messages as whole lines even if they arrive in parts', async () => {
    const { terminal, out } = fakeTerminal();
    const frame = (type: number, text: string) =>
      Buffer.concat([Buffer.from([type, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);
    const bytes = Buffer.concat([frame(4, '{"a'), frame(1, 'o'), frame(4, '":1}\n'), frame(4, '{}\n')]);
    const messages: string[] = [];
    await copyOutput(Readable.from([...bytes].map((byte) => Buffer.from([byte]))), false, terminal, (line) =>
      messages.push(line),
    );
    assert.deepEqual([out(), messages], ['o', ['{"a":1}', '{}']]);
  });

  it('is copied unchanged with a tty', async () => {
    const { terminal, out } = fakeTerminal();
    await copyOutput(Readable.from([Buffer.from([1, 0, 0, 65])]), true, terminal);
    assert.equal(out(), '\u0001\0\0A');
  });
});
