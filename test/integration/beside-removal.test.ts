import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

type Verb = (id: string) => Promise<unknown>;

describe('a verb beside the removal of its container', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();

  const read = async (stream: Readable) => {
    await stream.toArray();
  };

  const verbs: Record<string, Verb> = {
    start: (id) => daemon.it.client.containers.start(id),
    stop: (id) => daemon.it.client.containers.stop(id, { timeoutSeconds: 0 }),
    kill: (id) => daemon.it.client.containers.kill(id),
    'kill -s USR1': (id) => daemon.it.client.containers.kill(id, 'SIGUSR1'),
    restart: (id) => daemon.it.client.containers.restart(id, { timeoutSeconds: 0 }),
    pause: (id) => daemon.it.client.containers.pause(id),
    unpause: (id) => daemon.it.client.containers.unpause(id),
    rename: (id) => daemon.it.client.containers.rename(id, `renamed-${id.slice(0, 12)}`),
    update: (id) => daemon.it.client.containers.update(id, { Memory: 64 << 20 }),
    exec: async (id) => {
      const { execs } = daemon.it.client;
      const { Id } = await execs.create(id, { Cmd: ['true'], AttachStdout: true });
      await read((await execs.start(Id, {})).socket);
    },
    attach: async (id) => {
      const streams = { stdin: false, stdout: true, stderr: true };
      await read((await daemon.it.client.containers.attach(id, streams)).socket);
    },
    logs: async (id) => read(await daemon.it.client.containers.logs(id, { stdout: true, follow: true })),
    wait: async (id) => (await daemon.it.client.containers.wait(id, 'not-running'))(),
    resize: (id) => daemon.it.client.containers.resize(id, { height: 30, width: 90 }),
    top: (id) => daemon.it.client.containers.top(id),
    stats: (id) => daemon.it.client.containers.stats(id),
    checkpoint: (id) => daemon.it.client.checkpoints.create(id, 'one'),
    rm: (id) => daemon.it.client.containers.remove(id),
    'rm -f': (id) => daemon.it.client.containers.remove(id, { force: true }),
  };

  /** Success, or an error that is the caller's to know. */
  async function outcome(call: Promise<unknown>): Promise<string> {
    return await call.then(
      () => 'succeeds',
      ({ code, status, message }: { code?: string; status?: number; message: string }) =>
        code && status !== undefined && status < 500 ? 'is refused' : `${status} ${code}: ${message}`,
    );
  }

  const paused = ['start', 'stop', 'kill', 'restart', 'unpause', 'exec', 'rm -f'];

  for (const state of ['running', 'paused'] as const)
    for (const [name, verb] of someOf(
      Object.entries(verbs).filter(([name]) => state === 'running' || paused.includes(name)),
    ))
      it(`${name} of a ${state} one`, async () => {
        const { containers } = daemon.it.client;
        const ids = await Promise.all(
          [0, 1].map(() =>
            daemon.it.runContainer({ Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'none' } }),
          ),
        );
        if (state === 'paused') await Promise.all(ids.map((id) => containers.pause(id)));
        const [before, after] = ids as [string, string];
        const calls = [
          verb(before),
          containers.remove(before, { force: true }),
          containers.remove(after, { force: true }),
          verb(after),
        ];
        const [verbBefore, removal, earlier, verbAfter] = await Promise.all(calls.map(outcome));
        assert.deepEqual([removal, earlier], ['succeeds', 'succeeds']);
        for (const what of [verbBefore, verbAfter]) assert.match(what!, /^(succeeds|is refused)$/);
        for (const id of ids) assert.equal(await daemon.it.inspect(id), undefined);
      });

  it('leaves no rejection unhandled', async () => {
    assert.doesNotMatch(await daemon.it.log(), /unhandled rejection|uncaught exception/);
  });
});
