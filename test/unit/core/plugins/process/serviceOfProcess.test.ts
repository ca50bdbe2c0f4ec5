import assert from 'node:assert/strict';
import type { PluginCalls } from '../../../../../core/plugins/process/PluginCalls.ts';
import type { CallOptions, NewRequest } from '../../../../../core/plugins/process/openCall.ts';
import { serviceOfProcess } from '../../../../../core/plugins/process/serviceOfProcess.ts';
import { endingAt } from '../../../../../core/plugins/run/callEnd.ts';

type Users = Record<'ask', (...args: unknown[]) => Promise<unknown>>;

/** A service whose process does this; and what it was sent. */
function serviceWith(reply: (options: CallOptions) => Promise<object>, deadlinesMs = {}) {
  const sent: (NewRequest & { type: 'service' })[] = [];
  const calls = {
    call: (request: NewRequest & { type: 'service' }, options: CallOptions) => {
      sent.push(request);
      return reply(options);
    },
  } as unknown as PluginCalls;
  const service = { service: 'directory.users', methods: ['ask'], deadlinesMs };
  return { sent, users: serviceOfProcess(service, calls) as Users };
}

describe('a service of a process', () => {
  it('sends the arguments of its methods, and resolves to the result', async () => {
    const { sent, users } = serviceWith(async () => ({ result: { a: 1 } }));
    assert.deepEqual(Object.keys(users), ['ask']);
    assert.deepEqual(await users.ask('x', undefined, { of: undefined, y: 1 }, undefined), { a: 1 });
    const request = { type: 'service', service: 'directory.users', method: 'ask', deadlineMs: 10_000 };
    assert.deepEqual(sent, [{ ...request, args: ['x', null, { y: 1 }] }]);
    assert.equal(await serviceWith(async () => ({ result: null })).users.ask(), undefined);
  });

  it('refuses arguments that are not data, and too much', async () => {
    const { sent, users } = serviceWith(async () => ({}));
    for (const bad of [() => 1, new Date(), NaN, 1n, { deep: new Map() }])
      await assert.rejects(users.ask(bad), { code: 'PCH_PLUGIN_CONTRACT', message: /plain data/ });
    await assert.rejects(users.ask('x'.repeat(9 * 1024 * 1024)), { message: /at most 8 MiB/ });
    assert.deepEqual(sent, []);
  });

  it('has nine tenths of the time that its caller has left, and aborts then', async () => {
    const { sent, users } = serviceWith(() => new Promise(() => undefined));
    const began = performance.now();
    await assert.rejects(
      endingAt(began + 200, () => users.ask()),
      { code: 'PCH_DEADLINE', message: /^its process did not reply within \d+ ms$/ },
    );
    await assert.rejects(
      endingAt(began, () => users.ask()),
      { message: /within 1 ms/ },
    );
    assert.equal(sent.length, 2);
    assert.ok(sent[0]!.deadlineMs <= 180, `${sent[0]!.deadlineMs} ms`);
  });

  it('gives a method the deadline of its own, longer or shorter, unless its caller has less', async () => {
    const long = serviceWith(async () => ({}), { ask: 60_000 });
    await long.users.ask();
    await endingAt(performance.now() + 1000, () => long.users.ask());
    const [own, ofCaller] = long.sent.map(({ deadlineMs }) => deadlineMs);
    assert.equal(own, 60_000);
    assert.ok(ofCaller! <= 900, `${ofCaller} ms`);
    const short = serviceWith(() => new Promise(() => undefined), { ask: 20 });
    await assert.rejects(short.users.ask(), { code: 'PCH_DEADLINE', message: /within 20 ms$/ });
  });

  it('gives a call that its process makes meanwhile less again', async () => {
    const inner = serviceWith(async () => ({}));
    const outer = serviceWith(async () => ({ result: await inner.users.ask() }));
    await endingAt(performance.now() + 1000, () => outer.users.ask());
    const [first = 0, second = 0] = [outer, inner].map(({ sent }) => sent[0]!.deadlineMs);
    assert.ok(first <= 900 && second <= 0.9 * first, `${first} ms, ${second} ms`);
  });

  it('rejects with the error of its process', async () => {
    const error = { code: 'PCH_CONFLICT', message: 'closed', hint: 'open it' };
    const { users } = serviceWith(async () => ({ error }));
    await assert.rejects(users.ask(), error);
  });
});
