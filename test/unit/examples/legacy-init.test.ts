import assert from 'node:assert/strict';
import { Health } from '../../../examples/legacy-init/Health.ts';
import plugin from '../../../examples/legacy-init/legacy-init.ts';
import type { ContainerRecord, EngineEvent } from '../../../hooks/engine.ts';
import { createHarness } from '../../../testing/index.ts';

describe('examples/legacy-init', () => {
  it('is the mode of rich containers with the label, and hands over services and command', async () => {
    const harness = await createHarness(plugin, { host: { initPath: '/usr/bin/tini-static' } });
    const rich = { enabled: true, mode: '', initScript: '/setup' };
    const { draft } = await harness.plan({
      rich,
      labels: { 'legacy-init': 'db erp' },
      command: ['app', '-x'],
    });
    assert.equal(draft.rich.mode, 'legacy');
    assert.deepEqual(draft.process.entrypoint, ['/bin/sh', '/.pouch/legacy']);
    const wanted = ['db erp', 'syslogd -n -O -', 'crond -f', '/setup', 'app', '-x'];
    assert.deepEqual(draft.process.command, wanted);
    await assert.rejects(harness.plan({ rich, labels: { 'legacy-init': 'db;reboot' } }), {
      code: 'PCH_OPTION_INVALID',
      message: /label legacy-init: expected names of scripts/,
    });
    await harness.dispose();
  });

  describe('health from a pid file', () => {
    const container = {
      id: 'ab'.repeat(32),
      state: { status: 'running' },
      draft: { name: 'erp', image: { reference: 'erp:1' }, labels: { pidfile: '/run/erp.pid' } },
    } as unknown as ContainerRecord;

    /** A host with one container: what its script prints, and what the plugin does. */
    function watched({ restart = false } = {}) {
      const host = { output: 'alive\n', running: [container], events: [] as string[], restarted: 0 };
      const chunks = async function* () {
        await Promise.resolve();
        yield { stream: 'stdout' as const, data: Buffer.from(host.output) };
      };
      const health = new Health(
        {
          containers: {
            list: () => host.running,
            restart: () => Promise.resolve(void host.restarted++),
          },
          events: { emit: ({ action }: Omit<EngineEvent, 'timeNano'>) => void host.events.push(action) },
          execs: {
            create: () => Promise.resolve('exec'),
            start: () =>
              Promise.resolve({
                attachment: { tty: false, output: chunks(), detach: () => undefined },
                started: Promise.resolve(),
              }),
          },
        },
        { pidfile: 'pidfile', failures: 2, restart },
        { warn: () => undefined, info: () => undefined },
      );
      return { health, host };
    }

    it('is bad after failures in a row, reported once, and good again with the process', async () => {
      const { health, host } = watched();
      for (const output of ['alive', 'dead', 'alive', 'dead', 'dead', 'dead']) {
        host.output = output;
        await health.check();
      }
      assert.deepEqual(host.events, ['health_status: unhealthy']);
      host.output = 'alive';
      await health.check();
      await health.check();
      assert.deepEqual(host.events.slice(1), ['health_status: healthy']);
      assert.equal(host.restarted, 0);
    });

    it('restarts the container if it is to, and forgets one that has ended', async () => {
      const { health, host } = watched({ restart: true });
      host.output = 'dead';
      await health.check();
      await health.check();
      assert.equal(host.restarted, 1);
      host.running = [];
      await health.check();
      host.running = [container];
      await health.check();
      assert.equal(host.restarted, 1);
      await health.check();
      assert.equal(host.restarted, 2);
    });
  });
});
