import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { runCommand } from '../../../../plugins/network-cni/command.ts';

const sh = (script: string, options?: Parameters<typeof runCommand>[2]) =>
  runCommand('/bin/sh', ['-c', script], options);

/** Children of this process that have ended, and that nobody has waited for. */
function zombies(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const [, state, parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return state === 'Z' && Number(parent) === process.pid;
    } catch {
      return false;
    }
  });
}

describe('runCommand of network-cni', () => {
  afterEach(() => assert.deepEqual(zombies(), []));

  it('passes input, arguments and environment, and returns the output and the exit code', async () => {
    const outcome = await runCommand('sh', ['-c', 'cat; echo "$1 $NAME" >&2; exit 7', 'sh', 'a  b'], {
      input: 'text',
      env: { NAME: 'value' },
    });
    assert.deepEqual(outcome, { exitCode: 7, stdout: 'text', stderr: 'a  b value\n' });
  });

  it('passes only the environment it is given, and a PATH', async () => {
    const { stdout } = await runCommand('env', []);
    assert.match(stdout, /^PATH=.*\/usr\/sbin.*\n$/);
  });

  it('moves more than a pipe holds, in both directions', async () => {
    const input = 'x'.repeat(1_000_000);
    assert.equal((await sh('cat', { input })).stdout, input);
  });

  it('does not fail for a program that does not read its input', async () => {
    assert.equal((await sh('exit 0', { input: 'x'.repeat(1_000_000) })).exitCode, 0);
  });

  it('starts a program with SIGPIPE at its default, and only the descriptors that a program of Node has', async () => {
    const { stdout } = await sh('grep ^SigIgn /proc/self/status');
    assert.equal(BigInt(`0x${stdout.trim().split('\t')[1]}`) & (1n << 12n), 0n);
    const descriptors = 'ls /proc/self/fd';
    assert.equal(
      (await sh(descriptors)).stdout,
      execFileSync('sh', ['-c', descriptors], { encoding: 'utf8' }),
    );
  });

  it('has -1 for what a signal ends', async () => {
    assert.equal((await sh('kill -9 $$')).exitCode, -1);
  });

  it('kills what exceeds its time, also if another process holds its output open', async () => {
    const started = performance.now();
    assert.equal((await sh('sleep 3 & sleep 3', { timeoutMs: 100 })).exitCode, -1);
    assert.ok(performance.now() - started < 2_000);
  });

  it('waits for a program that has closed its streams', async () => {
    assert.equal((await sh('exec >&- 2>&-; sleep 0.1; exit 5')).exitCode, 5);
  });

  it('is aborted by a signal, before and while it runs', async () => {
    await assert.rejects(sh('sleep 3', { signal: AbortSignal.abort() }), { name: 'AbortError' });
    const controller = new AbortController();
    const running = sh('sleep 3', { signal: controller.signal });
    controller.abort();
    await assert.rejects(running, { name: 'AbortError' });
  });

  it('names a program that does not exist or cannot run', async () => {
    await assert.rejects(runCommand('nosuch-program', []), { code: 'ENOENT' });
    await assert.rejects(runCommand('/nosuch/program', []), { code: 'ENOENT' });
    await assert.rejects(runCommand('/dev/null', []), { code: 'EACCES' });
  });
});
