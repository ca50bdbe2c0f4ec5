import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { mmdebstrap } from '../../../../../core/images/bootstrap/mmdebstrap.ts';

describe('running mmdebstrap', () => {
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-fake-'));
  });

  after(() => rm(dir, { recursive: true }));

  /** A stand-in that does what a test needs. */
  async function run(script: string, options: { signal?: AbortSignal; consume?: typeof consume } = {}) {
    const command = join(dir, 'mmdebstrap');
    await writeFile(command, `#!/bin/sh\n${script}`, { mode: 0o755 });
    const { signal = new AbortController().signal, consume: read = consume } = options;
    const lines: string[] = [];
    const request = {
      reference: 'a:b',
      suite: 'bookworm',
      include: ['bash', 'dash'],
      mirror: 'http://m.example.org',
    };
    const onLine = (line: string) => lines.push(line);
    const result = await mmdebstrap(
      {
        options: request,
        sourceDateEpoch: 86_400,
        onLine,
        signal,
        directory: join(dir, 'images'),
        command: [command],
      },
      read,
    );
    return { result, lines };
  }

  const consume = async (tar: Readable) => (await buffer(tar)).toString();

  it('passes on the tar, reports its steps, and leaves no directory', async () => {
    const { result, lines } = await run('echo "I: one step" >&2; echo "$TMPDIR $SOURCE_DATE_EPOCH $*"');
    const [directory = '', epoch, ...args] = result.trim().split(' ');
    assert.equal(epoch, '86400');
    assert.deepEqual(args.slice(-4), ['--include=bash,dash', 'bookworm', '-', 'http://m.example.org']);
    assert.deepEqual(lines, ['one step']);
    await assert.rejects(stat(directory), { code: 'ENOENT' });
  });

  it('gives no tar when it fails, and quotes the reason', async () => {
    const failing = run('echo tar; echo "E: Unable to locate package nope" >&2; exit 25');
    await assert.rejects(failing, {
      code: 'PCH_BOOTSTRAP_FAILED',
      message: /code 25: E: Unable to locate package nope/,
    });
  });

  it('distinguishes a full disk from other failures', async () => {
    const failing = run('echo "E: write: No space left on device" >&2; exit 1');
    await assert.rejects(failing, { code: 'PCH_DISK_FULL' });
  });

  it('describes how to install it', async () => {
    const options = { reference: 'a:b', suite: 'bookworm', include: [] };
    const command = join(dir, 'missing');
    const signal = new AbortController().signal;
    const starting = mmdebstrap(
      { options, sourceDateEpoch: 0, onLine: () => undefined, signal, directory: dir, command: [command] },
      consume,
    );
    await assert.rejects(starting, { code: 'PCH_TOOL_MISSING', hint: /apt-get install mmdebstrap/ });
  });

  it('ends it and its children when the caller aborts', async () => {
    const cancel = new AbortController();
    const pidFile = join(dir, 'pid');
    const running = run(`sleep 600 & echo $! >${pidFile}; echo "I: up" >&2; wait`, {
      signal: cancel.signal,
      consume: async (tar) => {
        tar.resume();
        while (!(await stat(pidFile).catch(() => undefined))?.size) await new Promise(setImmediate);
        cancel.abort(new Error('enough'));
        return '';
      },
    });
    await assert.rejects(running, /enough/);
    const pid = Number(await readFile(pidFile, 'utf8'));
    const deadline = performance.now() + 5000;
    while (await isAlive(pid)) assert.ok(performance.now() < deadline, `process ${pid} still lives`);
  });

  it('ends it when the tar cannot be stored, and reports that reason', async () => {
    const full = () => Promise.reject(new Error('the store is full'));
    await assert.rejects(run('sleep 600', { consume: full }), /the store is full/);
  });
});

/** A killed child whose parent has gone may be a zombie for a while. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return status !== undefined && !/\) Z /.test(status);
}
