/** Shims that take their time: on a busy host nothing of a running container may be taken for its end. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcesses } from '../../core/supervise/find-process.ts';
import { TestPouchd } from '../support/pouchd.ts';

const sleeper = { Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'none' } };

/** Milliseconds that containerd's own clean-up after a task takes here; usually some 20. */
const slowCleanUpMs = 400;

/** The shim, whose call `delete`, by which containerd cleans up after every shim, is slow. */
const slowShim = `#!/bin/sh
for last; do :; done
[ "$last" != delete ] || sleep ${slowCleanUpMs / 1000}
exec /usr/bin/containerd-shim-runc-v2 "$@"
`;

describe('a slow shim', function () {
  this.timeout(60_000);
  this.slow(20_000);
  let bin: string;
  let pouchd: TestPouchd;

  before(async () => {
    bin = await mkdtemp(join(tmpdir(), 'pd-shim-'));
    await writeFile(join(bin, 'containerd-shim-runc-v2'), slowShim, { mode: 0o755 });
    pouchd = await TestPouchd.create({ env: { PATH: `${bin}:${process.env['PATH']}` } });
  });
  after(async () => {
    await pouchd?.dispose();
    await rm(bin, { recursive: true });
  });

  // containerd took the next task of the container off its list, or the runtime killed it.
  it('whose last task containerd still cleans up does not end the next one', async () => {
    const id = await pouchd.runContainer(sleeper);
    await pouchd.client.containers.restart(id, { timeoutSeconds: 0 });
    await delay(2 * slowCleanUpMs);
    assert.deepEqual(
      (await pouchd.containerd.tasks.list()).map((task) => task.id),
      [id],
    );
    await pouchd.restart();
    assert.equal((await pouchd.inspect(id))?.State.Status, 'running');
    await pouchd.client.containers.remove(id, { force: true });
  });

  // containerd lists such a task without its state, and the daemon took that for its end.
  it('that does not respond while a daemon starts has its container adopted', async () => {
    const id = await pouchd.runContainer(sleeper);
    const pid = (await pouchd.inspect(id))?.State.Pid;
    await pouchd.stop();
    const [shim] = await findProcesses((argv) => argv.includes('-id') && argv.includes(id));
    assert.ok(shim);
    process.kill(shim.pid, 'SIGSTOP');
    try {
      await pouchd.start();
    } finally {
      process.kill(shim.pid, 'SIGCONT');
    }
    const found = await pouchd.inspect(id);
    assert.deepEqual([found?.State.Status, found?.State.Pid], ['running', pid]);
    await pouchd.client.containers.kill(id);
    assert.equal((await pouchd.until(id, 'exited')).State.ExitCode, 137);
    await pouchd.client.containers.remove(id);
  });
});
