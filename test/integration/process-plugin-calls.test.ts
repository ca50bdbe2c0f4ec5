import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PluginCalls } from '../../core/plugins/process/PluginCalls.ts';
import { TestLog } from '../../testing/TestLog.ts';
import { confinement } from '../support/confinement.ts';

const program = resolve(import.meta.dirname, 'support/obedient.py');

const settingsOf = (path: string) => ({
  path,
  env: {},
  user: 'nobody',
  limits: {},
  grants: {},
  confinement,
  timeoutMs: 20_000,
});

describe('calls of a process', function () {
  this.timeout(60_000);
  let directory = '';
  let path = '';
  let calls: PluginCalls;
  let log: TestLog;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'calls-'));
    chmodSync(directory, 0o755);
    path = join(directory, 'obedient');
    cpSync(program, path);
    chmodSync(path, 0o755);
  });
  after(() => rmSync(directory, { recursive: true }));

  beforeEach(() => {
    log = new TestLog();
    calls = new PluginCalls(settingsOf(path), log);
  });
  afterEach(() => calls.end());

  /** Has the process do something; resolves to the result of its reply. */
  async function ask(input: unknown, { timeoutMs = 20_000, signal = AbortSignal.timeout(timeoutMs) } = {}) {
    const hook = { point: 'container.preCreate', tap: 'x', deadlineMs: timeoutMs, options: {}, input };
    return (await calls.call({ type: 'hook', ...hook }, { signal, timeoutMs })).result;
  }
  /** What differs between processes. */
  const identity = () => ask('identity');
  const logged = (pattern: RegExp) => log.lines.filter(({ fields }) => pattern.test(String(fields['error'])));

  it('are in flight side by side, and their replies may come in any order', async () => {
    const order: string[] = [];
    const slow = ask('after the next').then(() => order.push('slow'));
    const quick = ask('identity').then(() => order.push('quick'));
    await Promise.all([slow, quick]);
    assert.deepEqual(order, ['quick', 'slow']);
  });

  it('after an exit: those without a reply fail with it, the next starts another process', async () => {
    await identity();
    const open = ask('never');
    const exiting = ask('exit');
    for (const call of [open, exiting])
      await assert.rejects(call, { code: 'PCH_PLUGIN_PROCESS', message: /exit code 5.*"goodbye"/ });
    assert.equal(logged(/exit code 5/).length, 1);
    const started = performance.now();
    await identity();
    assert.ok(performance.now() - started > 80, 'it was started again without a pause');
  });

  it('that fail again and again wait longer, and fail at once if that is longer than their deadline', async () => {
    for (let i = 0; i < 3; i++) await assert.rejects(ask('exit'), { code: 'PCH_PLUGIN_PROCESS' });
    await assert.rejects(ask('identity', { timeoutMs: 300 }), {
      code: 'PCH_PLUGIN_PROCESS',
      message: /exit code 5.*it is started again in \d+ ms/,
    });
    await identity();
  });

  it('that miss their deadline are cancelled; with a reply the process continues', async () => {
    const first = await identity();
    const controller = new AbortController();
    void ask('until cancelled', { signal: controller.signal });
    await identity();
    controller.abort();
    // The reply to it comes first, in the order of the program.
    assert.equal(await ask('cancelled'), 1);
    assert.equal(await identity(), first);
  });

  it('of a hung process: it is killed, and other calls are sent to the next one', async () => {
    await identity();
    const late = AbortSignal.timeout(200);
    void ask('hang', { timeoutMs: 200, signal: late });
    const other = ask('identity');
    assert.equal(typeof (await other), 'number');
    assert.equal(
      logged(/had not replied to container\.preCreate 500 ms after the deadline of 200 ms/).length,
      1,
    );
  });

  for (const [how, end] of [
    ['exit', /process ended \(exit code 6\)/],
    ['flood', /wrote a line of more than/],
  ] as const)
    it(`are sent to the next process when theirs ends by itself (${how}) while it owes a reply to a cancelled one`, async () => {
      const first = await identity();
      const controller = new AbortController();
      void ask(`${how} when cancelled`, { signal: controller.signal });
      const other = ask('identity unless it will end');
      await identity();
      controller.abort();
      const born = await other;
      assert.equal(typeof born, 'number');
      assert.notEqual(born, first);
      assert.equal(logged(end).length, 1);
    });

  it('do not start a file that others can write', async () => {
    const open = join(directory, 'open');
    writeFileSync(open, '#!/bin/sh\n');
    chmodSync(open, 0o777);
    const unsafe = new PluginCalls(settingsOf(open), log);
    assert.throws(() => unsafe.start(), { code: 'PCH_PLUGIN_UNSAFE' });
  });

  it('end with their process, which has a second', async () => {
    await identity();
    const open = ask('never');
    await calls.end();
    // Not by a signal: it has ended by itself.
    await assert.rejects(open, { code: 'PCH_PLUGIN_PROCESS', message: /exit code 0/ });
    await assert.rejects(identity(), { code: 'PCH_PLUGIN_PROCESS', message: /generation/ });
  });
});
