import assert from 'node:assert/strict';
import { withOutput } from '../../../../../core/lifecycle/extensions/withOutput.ts';
import type { VerbContext } from '../../../../../hooks/contributions/verb.ts';

const never = () => new Promise<never>(() => undefined);

function context(write: VerbContext['out'], controller = new AbortController()): VerbContext {
  return { out: write, err: write, signal: controller.signal };
}

describe('a verb with its output', () => {
  it('returns what the verb returns', async () => {
    const written: string[] = [];
    const write = async (text: string) => void written.push(text);
    const code = await withOutput(context(write), async ({ out, err }) => {
      await out('a');
      await err('b');
      return 3;
    });
    assert.deepEqual([code, written], [3, ['a', 'b']]);
  });

  it('a write that fails ends it, awaited or not', async () => {
    const failing = () => Promise.reject(new Error('too fast'));
    for (const isAwaited of [true, false]) {
      let reason: unknown;
      const running = withOutput(context(failing), async ({ out, signal }) => {
        signal.addEventListener('abort', () => (reason = signal.reason));
        const written = out('a');
        await (isAwaited ? written : never());
      });
      await assert.rejects(running, { message: 'too fast' });
      assert.equal((reason as Error).message, 'too fast');
    }
  });

  it('a verb that writes forever ends with its signal', async () => {
    const controller = new AbortController();
    const write = async () => undefined;
    const running = withOutput(context(write, controller), async ({ out }) => {
      for (let n = 0; ; n += 1) {
        if (n === 100) controller.abort(new Error('the client has left'));
        await out('a');
      }
    });
    await assert.rejects(running, { message: 'the client has left' });
  });

  it('a write that waits for its client ends with the signal', async () => {
    const controller = new AbortController();
    const running = withOutput(context(never, controller), ({ out }) => out('a'));
    controller.abort(new Error('late'));
    await assert.rejects(running, { message: 'late' });
  });
});
