import assert from 'node:assert/strict';
import type { PluginCalls } from '../../../../../core/plugins/process/PluginCalls.ts';
import { tapOfProcess } from '../../../../../core/plugins/process/tapOfProcess.ts';
import { catalogue } from '../../../../../hooks/catalogue.ts';
import type { HookPoint } from '../../../../../hooks/defineHook.ts';
import type { ContainerDraft } from '../../../../../hooks/draft.ts';
import type { ProcessReply } from '../../../../../hooks/processProtocol.ts';
import { makeDraft } from '../support/draft.ts';
import { TestLog } from '../../../../../testing/TestLog.ts';

const { preCreate, prestart, selectRuntime } = catalogue.container;

/** Calls a tap whose process replies with these fields. */
async function tap(point: { name: string }, input: unknown, reply: Partial<ProcessReply>) {
  const process = {
    call: async () => ({ type: 'reply', id: 1, ...reply }),
  } as unknown as PluginCalls;
  const run = tapOfProcess(
    point as HookPoint<unknown, unknown>,
    'x',
    { options: {}, secrets: undefined },
    process,
  );
  const signal = new AbortController().signal;
  return { outcome: await run(input, { signal, timeoutMs: 1000, log: new TestLog() }) };
}

describe('a tap of a process', () => {
  it('applies a patch to the draft', async () => {
    const draft = makeDraft({ labels: { a: '1' } });
    const patch: ProcessReply['patch'] = [
      { op: 'test', path: '/labels/a', value: '1' },
      { op: 'move', from: '/labels/a', path: '/labels/b~1c' },
      { op: 'add', path: '/resources/cpu', value: { shares: 2 } },
      { op: 'replace', path: '/process/command/0', value: 'true' },
    ];
    assert.equal((await tap(preCreate, draft, { patch })).outcome, undefined);
    assert.deepEqual(draft.labels, { 'b/c': '1' });
    assert.deepEqual(draft.resources.cpu, { shares: 2 });
    assert.equal(draft.process.command[0], 'true');
  });

  it('names the operation that cannot be applied', async () => {
    const patch: ProcessReply['patch'] = [
      { op: 'add', path: '/labels/a', value: '1' },
      { op: 'remove', path: '/labels/none' },
    ];
    await assert.rejects(tap(preCreate, makeDraft(), { patch }), {
      code: 'PCH_PLUGIN_CONTRACT',
      message: /operation 1 of the patch .*\/labels\/none/,
    });
  });

  it('does not reach prototypes', async () => {
    const patch: ProcessReply['patch'] = [{ op: 'add', path: '/__proto__/polluted', value: 'yes' }];
    await tap(preCreate, makeDraft(), { patch }).catch(() => undefined);
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });

  it('gives a whole draft the functions that JSON lacks', async () => {
    const draft = makeDraft();
    const copy = JSON.parse(JSON.stringify(draft)) as ContainerDraft;
    const { outcome } = await tap(preCreate, draft, { draft: { ...copy, hostname: 'other' } });
    assert.equal((outcome as ContainerDraft).image.stat, draft.image.stat);
    assert.equal((outcome as ContainerDraft).hostname, 'other');
  });

  it('has no outcome without one in the reply, and decides by a result', async () => {
    assert.equal((await tap(preCreate, makeDraft(), {})).outcome, undefined);
    assert.equal((await tap(selectRuntime, makeDraft(), {})).outcome, undefined);
    assert.equal((await tap(selectRuntime, makeDraft(), { result: 'crun' })).outcome, 'crun');
  });

  it('refuses with a code, message, hint and field', async () => {
    const error = { code: 'PCH_CONFLICT', message: 'too many', hint: 'stop one', field: 'name' };
    await assert.rejects(tap(preCreate, makeDraft(), { error }), error);
    await assert.rejects(tap(preCreate, makeDraft(), { error: { message: 'no' } }), {
      message: 'no',
    });
  });

  const misplaced: [{ name: string }, Partial<ProcessReply>, RegExp][] = [
    [preCreate, { result: 1 }, /result; a hook of kind plan/],
    [selectRuntime, { patch: [] }, /kind bail/],
    [prestart, { patch: [] }, /kind apply/],
    [prestart, { result: 1 }, /kind apply/],
  ];
  for (const [point, reply, message] of misplaced)
    it(`does not take a ${Object.keys(reply).join()} for ${point.name}`, async () => {
      await assert.rejects(tap(point, makeDraft(), reply), { code: 'PCH_PLUGIN_CONTRACT', message });
    });
});
