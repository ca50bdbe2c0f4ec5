import assert from 'node:assert/strict';
import { signalPasser } from '../../../../cli/streams/passSignal.ts';
import type { Client } from '../../../../client/index.ts';

async function pass(isRich: boolean, signals: string[]): Promise<string[]> {
  const calls: string[] = [];
  const containers = {
    inspect: () => Promise.resolve({ Config: { ...(isRich && { Rich: true }) } }),
    kill: (_id: string, signal: string) => Promise.resolve(void calls.push(`kill ${signal}`)),
    stop: () => Promise.resolve(void calls.push('stop')),
  };
  const send = signalPasser({ containers } as unknown as Client);
  for (const signal of signals) await send('id', signal);
  return calls;
}

describe('a signal to a command in the foreground', () => {
  it('goes to a plain container as it is', async () => {
    assert.deepEqual(await pass(false, ['SIGTERM', 'SIGINT']), ['kill SIGTERM', 'kill SIGINT']);
  });

  it('stops a rich container, and kills it if it is repeated', async () => {
    assert.deepEqual(await pass(true, ['SIGUSR1', 'SIGTERM', 'SIGINT']), [
      'kill SIGUSR1',
      'stop',
      'kill SIGKILL',
    ]);
  });
});
