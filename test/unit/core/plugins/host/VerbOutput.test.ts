import assert from 'node:assert/strict';
import { startOf, VerbOutput } from '../../../../../core/plugins/host/VerbOutput.ts';
import { waitUntil } from '../../../../../core/wait/waitUntil.ts';

/** A client that takes what it is sent on demand. */
function client() {
  const sent: string[] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const output = new VerbOutput((stream, text) => {
    sent.push(`${stream}: ${text}`);
    return new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
  });
  return {
    sent,
    output,
    waiting,
    /** Takes everything that comes. */
    async takes(promise: Promise<unknown>) {
      let isOver = false;
      void promise.finally(() => (isOver = true)).catch(() => undefined);
      const step = () => {
        for (const { resolve } of waiting.splice(0)) resolve();
        return isOver;
      };
      await waitUntil(step, { withinMs: 10_000, everyMs: 1 });
      await promise;
    },
  };
}

describe('the output of a verb in the process of its plugin', () => {
  it('is sent at once, in its order, and in few messages while the client has not taken the last', async () => {
    const { sent, output, takes } = client();
    await output.write('out', 'first\n');
    assert.deepEqual(sent, ['out: first\n']);
    await output.write('out', 'a');
    await output.write('out', 'b');
    await output.write('err', 'c');
    await output.write('out', 'd');
    await takes(output.taken());
    assert.deepEqual(sent, ['out: first\n', 'out: ab', 'err: c', 'out: d']);
  });

  it('is sent soon if nothing more is written', async () => {
    const { sent, output } = client();
    await output.write('out', 'a');
    await output.write('out', 'b');
    assert.ok(await waitUntil(() => sent.length === 2, { withinMs: 10_000 }), sent.join());
  });

  it('waits for the client beyond 64 KiB', async () => {
    const { output, waiting, sent, takes } = client();
    let written = 0;
    const writing = (async () => {
      for (; written < 100; written += 1) await output.write('out', 'x'.repeat(10_000));
    })();
    await new Promise(setImmediate);
    assert.ok(written < 10, `${written} writes`);
    assert.ok(waiting.length < 10, `${waiting.length} messages`);
    await takes(writing);
    await takes(output.taken());
    assert.equal(sent.map((message) => message.slice(5)).join('').length, 1_000_000);
  });

  it('that is not awaited waits in the process', async () => {
    const { output, waiting, sent, takes } = client();
    for (let n = 0; n < 1000; n += 1) void output.write('out', 'x'.repeat(10_000));
    await new Promise(setImmediate);
    assert.ok(waiting.length < 10, `${waiting.length} messages`);
    await takes(output.taken());
    assert.equal(sent.map((message) => message.slice(5)).join('').length, 10_000_000);
  });

  it('a failed write fails those after it, and the verb', async () => {
    const { output, waiting } = client();
    await output.write('out', 'a');
    waiting[0]!.reject(new Error('the client has left'));
    await assert.rejects(output.taken(), { message: 'the client has left' });
    await assert.rejects(output.write('out', 'b'), { message: 'the client has left' });
  });

  it('nothing is nothing', async () => {
    const { output, sent } = client();
    await output.write('out', '');
    await output.taken();
    assert.deepEqual(sent, []);
  });
});

describe('the start of a text', () => {
  for (const [text, longest, expected] of [
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['a\u{1f600}', 2, 'a'],
    ['\u{1f600}a', 2, '\u{1f600}'],
    ['', 2, ''],
  ] as const)
    it(`${JSON.stringify(text)}, at most ${longest}`, () => assert.equal(startOf(text, longest), expected));
});
