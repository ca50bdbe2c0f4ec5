import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { runProgram } from '../../../../../core/lifecycle/build/runProgram.ts';
import { waitUntil } from '../../../../../core/wait/waitUntil.ts';
import { skip } from '../../../../support/skip.ts';

const cwd = '/';

describe('programs of builders', function () {
  this.timeout(20_000);
  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'namespaces need root');
  });

  function shell(
    script: string,
    onLine?: (line: string, stream: string) => Promise<void> | void,
    signal = new AbortController().signal,
  ) {
    return runProgram(
      { args: ['/bin/sh', '-c', script], env: {}, ...(onLine && { onLine }) },
      { signal, cwd },
    );
  }

  it('pass on their lines, also a last one without an end, and their exit code', async () => {
    const lines: string[] = [];
    const exitCode = await shell(
      'echo one; printf two; echo err >&2; exit 7',
      (line, stream) => void lines.push(`${stream} ${line}`),
    );
    assert.equal(exitCode, 7);
    assert.deepEqual(lines.sort(), ['stderr err', 'stdout one', 'stdout two']);
  });

  it('pass a line without an end on in pieces', async () => {
    const lengths: number[] = [];
    await shell('head -c 200000 /dev/zero', (line) => void lengths.push(line.length));
    assert.equal(
      lengths.reduce((sum, length) => sum + length, 0),
      200_000,
    );
    assert.ok(Math.max(...lengths) <= 65_536);
  });

  it('are killed with all that they started', async () => {
    const controller = new AbortController();
    let pid = '';
    // Its own number in the namespace of the host (proc_pid_status(5)).
    const script = '(setsid sleep 4711 &) ; grep ^NSpid: /proc/self/status; sleep 4711';
    const ended = shell(
      script,
      (line) => {
        pid = line;
        controller.abort(new Error('enough'));
      },
      controller.signal,
    );
    await assert.rejects(ended, /enough/);
    assert.ok(pid.startsWith('NSpid:'));
    const { readdirSync, readFileSync } = await import('node:fs');
    const left = () =>
      readdirSync('/proc').filter((name) => {
        if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}/cmdline`)) return false;
        try {
          return readFileSync(`/proc/${name}/cmdline`, 'utf8') === 'sleep\u00004711\u0000';
        } catch {
          return false;
        }
      });
    assert.ok(await waitUntil(() => left().length === 0, { withinMs: 5000 }));
  });

  it('end when a reader of their lines fails', async () => {
    const fail = () => {
      throw new Error('cannot read this');
    };
    await assert.rejects(shell('while :; do echo x; done', fail), /cannot read this/);
  });
});
