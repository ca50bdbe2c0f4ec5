import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { useDaemon } from '../support/useDaemon.ts';

/** Milliseconds from the start of an exec to the pause: from before the runtime is called to after its end. */
const moments = Array.from({ length: 20 }, (_, n) => n * 4);

// Frozen in the middle of the start of an exec, the shim served no call for the container any more.
describe('a pause beside the start of an exec', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();

  it('leaves a container that can be resumed, used and removed', async () => {
    const { containers, execs } = daemon.it.client;
    const id = await daemon.it.runContainer({ Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'none' } });
    for (const ms of moments) {
      const { Id } = await execs.create(id, { Cmd: ['true'] });
      const started = execs.startDetached(Id).catch((error: { code?: string }) => {
        assert.equal(error.code, 'PCH_CONFLICT');
      });
      await delay(ms);
      await containers.pause(id);
      await delay(50);
      await containers.unpause(id);
      await started;
      assert.equal((await daemon.pouch('exec', id, 'true')).exitCode, 0, `after ${ms} ms`);
    }
    await containers.remove(id, { force: true });
  });
});
