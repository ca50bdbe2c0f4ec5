import assert from 'node:assert/strict';
import type { PluginCalls } from '../../../../../core/plugins/process/PluginCalls.ts';
import type { CallOptions, NewRequest } from '../../../../../core/plugins/process/openCall.ts';
import { routeOfProcess } from '../../../../../core/plugins/process/routeOfProcess.ts';
import type { Route } from '../../../../../hooks/contributions/route.ts';
import type { ProcessReply } from '../../../../../hooks/processProtocol.ts';

const stream = () => async () => undefined;
const input = { params: { name: 'ann' }, query: { a: 'b' }, body: undefined, stream };

/** Handles a request by a process that replies with these fields, or never. */
async function handle(
  method: Route['method'],
  reply: Partial<ProcessReply> | undefined,
  signal = new AbortController().signal,
) {
  const sent: { request: NewRequest; options: CallOptions }[] = [];
  const calls = {
    async call(request: NewRequest, options: CallOptions) {
      sent.push({ request, options });
      return reply ? { type: 'reply', id: 1, ...reply } : await new Promise(() => undefined);
    },
  } as unknown as PluginCalls;
  const result = await routeOfProcess({ method, path: '/:name' }, calls).handle({ ...input, signal });
  return { result, ...sent[0]! };
}

describe('a route of a process', () => {
  it('sends the request with the route as it is declared, its deadline and the caller', async () => {
    const { request, result } = await handle('GET', { result: { json: 1 } });
    const { params, query } = input;
    const caller = { transport: 'pouchd' };
    assert.deepEqual(request, {
      ...{ type: 'route', method: 'GET', path: '/:name', deadlineMs: 30_000, params, query, caller },
    });
    assert.deepEqual(result, { json: 1 });
  });

  it('only a GET is sent to the next process', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const)
      assert.equal((await handle(method, {})).options.isOnce, method !== 'GET');
  });

  it('has no reply for a process that has none, and for null', async () => {
    for (const reply of [{}, { result: null }]) assert.equal((await handle('GET', reply)).result, undefined);
  });

  it('ends with its signal, though the process does not reply', async () => {
    const controller = new AbortController();
    const handling = handle('GET', undefined, controller.signal);
    controller.abort(new Error('the client has left'));
    await assert.rejects(handling, { message: 'the client has left' });
  });

  it('fails with the error of the plugin, and for a patch', async () => {
    const error = { code: 'PCH_CONFLICT', message: 'not today', hint: 'tomorrow' };
    await assert.rejects(handle('GET', { error }), error);
    const message = 'the route replied with a patch; expected a result';
    await assert.rejects(handle('GET', { patch: [] }), { code: 'PCH_PLUGIN_CONTRACT', message });
  });

  it('begins a stream by a call, and passes on what is written; then no other process handles the request', async () => {
    const seen: unknown[] = [];
    const calls = {
      async call(_request: NewRequest, options: CallOptions) {
        const { stream: begin, write } = options.methods!;
        await assert.rejects(async () => write!('early'), /expected a call of stream before that of write/);
        seen.push(options.isOnce);
        begin!({ status: 201 });
        seen.push(options.isOnce);
        await write!('a');
        await write!(Buffer.from('b'));
        seen.push(options.isAwaited!('write'), options.isAwaited!('out'));
        return { type: 'reply', id: 1 };
      },
    } as unknown as PluginCalls;
    const { signal } = new AbortController();
    const route = routeOfProcess({ method: 'GET', path: '/' }, calls);
    const result = await route.handle({
      ...input,
      signal,
      stream: (head) => {
        seen.push(head);
        return async (chunk) => void seen.push(String(chunk));
      },
    });
    assert.deepEqual(seen, [false, { status: 201 }, true, 'a', 'b', true, false]);
    assert.equal(result, undefined);
  });
});
