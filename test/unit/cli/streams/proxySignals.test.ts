import assert from 'node:assert/strict';
import { once } from 'node:events';
import { proxySignals } from '../../../../cli/streams/proxySignals.ts';

/** Sends itself a signal, and waits until its listeners have run. */
async function raise(signal: NodeJS.Signals): Promise<void> {
  const raised = once(process, signal);
  process.kill(process.pid, signal);
  await raised;
}

describe('signals for a container', () => {
  const sent: string[] = [];
  const send = (signal: string) => Promise.resolve(void sent.push(signal));
  beforeEach(() => sent.splice(0));

  it('before its start are sent after it, and then do not end the command', async () => {
    let start: () => void = () => undefined;
    const signals = proxySignals(new Promise<void>((resolve) => (start = resolve)), send);
    try {
      await raise('SIGTERM');
      assert.deepEqual(sent, []);
      start();
      await raise('SIGUSR1');
      await raise('SIGTERM');
      assert.deepEqual(sent, ['SIGTERM', 'SIGUSR1', 'SIGTERM']);
      const ended = Promise.race([signals.interrupted, Promise.resolve('not yet')]);
      assert.equal(await ended, 'not yet');
    } finally {
      signals.stop();
    }
  });

  it('end the command if it does not start within a second, at once if they are repeated', async () => {
    const never = new Promise<void>(() => undefined);
    for (const repeated of [false, true]) {
      const signals = proxySignals(never, send);
      try {
        const since = performance.now();
        await raise('SIGUSR1');
        await raise('SIGINT');
        if (repeated) await raise('SIGINT');
        assert.deepEqual(await signals.interrupted, { signal: 'SIGINT', exitCode: 130 });
        if (!repeated) assert.ok(performance.now() - since > 900);
        assert.deepEqual(sent, []);
      } finally {
        signals.stop();
      }
    }
  });
});
