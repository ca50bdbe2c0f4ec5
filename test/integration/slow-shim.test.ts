/** On a busy host a shim may not respond in time: that is not the end of its container. */
import assert from 'node:assert/strict';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('a shim that does not respond', function () {
  this.timeout(60_000);
  this.slow(20_000);
  const daemon = useDaemon();

  /** Starts a daemon while the shim of a container is stopped. */
  async function startWithout(id: string): Promise<void> {
    const { it: pouchd } = daemon;
    await pouchd.stop();
    const [shim] = await findProcesses((argv) => argv.includes('-id') && argv.includes(id));
    assert.ok(shim);
    process.kill(shim.pid, 'SIGSTOP');
    try {
      await pouchd.start();
    } finally {
      process.kill(shim.pid, 'SIGCONT');
    }
  }

  // containerd lists such a task without its state, and the daemon took that for its end: it killed the container.
  for (const status of ['running', 'paused'])
    it(`while a daemon starts has its container adopted, one that is ${status}`, async () => {
      const { it: pouchd } = daemon;
      const { containers } = pouchd.client;
      const id = await pouchd.runContainer({ Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'none' } });
      if (status === 'paused') await containers.pause(id);
      const pid = (await pouchd.inspect(id))?.State.Pid;
      await startWithout(id);
      const found = await pouchd.inspect(id);
      assert.deepEqual([found?.State.Status, found?.State.Pid], [status, pid]);
      await pouchd.client.containers.kill(id);
      assert.equal((await pouchd.until(id, 'exited')).State.ExitCode, 137);
      await pouchd.client.containers.remove(id);
    });
});
