import assert from 'node:assert/strict';
import type { PluginCalls } from '../../../../../core/plugins/process/PluginCalls.ts';
import type { CallOptions, NewRequest } from '../../../../../core/plugins/process/openCall.ts';
import { verbOfProcess } from '../../../../../core/plugins/process/verbOfProcess.ts';
import { asCaller } from '../../../../../hooks/caller.ts';
import type { ProcessReply } from '../../../../../hooks/processProtocol.ts';

type Reply = Partial<ProcessReply>;

/** Runs a verb whose process does this. */
async function run(
  process: (options: CallOptions) => Promise<Reply> | Reply,
  signal = new AbortController().signal,
) {
  const requests: NewRequest[] = [];
  const written: string[] = [];
  const calls = {
    async call(request: NewRequest, options: CallOptions) {
      requests.push(request);
      return { type: 'reply', id: 1, ...(await process(options)) };
    },
  } as unknown as PluginCalls;
  const verb = verbOfProcess({ name: 'greet', doc: 'Greet', deadlineMs: 5000 }, calls);
  const writer = (stream: string) => (text: string) => {
    written.push(`${stream}: ${text}`);
    return Promise.resolve();
  };
  const code = await asCaller(
    () => ({ transport: 'unix', uid: 5 }),
    async () =>
      await verb.run(
        { args: { name: 'ann' }, options: {} },
        { out: writer('out'), err: writer('err'), signal },
      ),
  );
  return { code, requests, written };
}

describe('a verb of a process', () => {
  it('sends arguments, options, deadline and caller', async () => {
    const { requests, code } = await run(() => ({ result: 3 }));
    assert.equal(code, 3);
    const caller = { transport: 'unix', uid: 5 };
    assert.deepEqual(requests, [
      { type: 'verb', verb: 'greet', deadlineMs: 5000, args: { name: 'ann' }, options: {}, caller },
    ]);
  });

  it('is not run by another process', () =>
    run(({ isOnce }) => {
      assert.equal(isOnce, true);
      return {};
    }));

  it('writes to its client while it runs', async () => {
    const { written } = await run(async ({ methods }) => {
      await methods?.['out']?.('hello\n');
      await methods?.['err']?.(7);
      return {};
    });
    assert.deepEqual(written, ['out: hello\n', 'err: 7']);
  });

  it('its output is a flood once the client is far behind, and other calls always are', () =>
    run(({ methods, isAwaited }) => {
      assert.equal(isAwaited?.('out'), true);
      assert.equal(isAwaited?.('containers.list'), false);
      const taken = methods?.['out']?.('x'.repeat(300_000)) as Promise<void>;
      assert.equal(isAwaited?.('err'), false);
      return taken.then(() => {
        assert.equal(isAwaited?.('err'), true);
        return {};
      });
    }));

  it('ends with its signal, though the process does not reply', async () => {
    const controller = new AbortController();
    const running = run(() => new Promise<never>(() => undefined), controller.signal);
    controller.abort(new Error('the client has left'));
    await assert.rejects(running, { message: 'the client has left' });
  });

  const failures: [Reply, RegExp][] = [
    [{ error: { message: 'not today' } }, /^not today$/],
    [{ error: { code: 'PCH_NOPE', message: 'x' } }, /^the plugin refused with the unknown code PCH_NOPE: x$/],
    [{ patch: [] }, /^the verb replied with a patch; expected a result$/],
    [{ draft: {} }, /^the verb replied with a draft; expected a result$/],
  ];
  for (const [reply, message] of failures)
    it(`fails for ${JSON.stringify(reply)}`, () =>
      assert.rejects(
        run(() => reply),
        { message },
      ));
});
