import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { useDaemon } from '../support/useDaemon.ts';

const outcome = '{{.State.OOMKilled}} {{.State.ExitCode}}';
/** tail keeps its input until it has a line's end: it takes more than any limit. */
const greedy = 'tail /dev/zero';

describe('a container that takes more memory than it has', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;

  const eventsOf = async (name: string) => {
    const range = ['--since', '1m', '--until', '0s'];
    return (await ok('events', ...range, '--filter', `container=${name}`, '--format', '{{.Action}}')).split(
      '\n',
    );
  };

  for (const runtime of ociRuntimes)
    describe(`with ${runtime}`, () => {
      const create = (name: string, script: string) =>
        ok('create', '--name', name, '--runtime', runtime, '-m', '32m', 'busybox', 'sh', '-c', script);
      const runOnce = async (name: string) => {
        await ok('start', name);
        await ok('wait', name);
        return await ok('inspect', '-f', outcome, name);
      };

      it('is known as killed for it, and no more after a start that went well', async () => {
        const name = `greedy-${runtime}`;
        await create(name, `[ -e /done ] || { touch /done; exec ${greedy}; }`);
        assert.equal(await runOnce(name), 'true 137');
        assert.deepEqual((await eventsOf(name)).slice(-2).toSorted(), ['die', 'oom']);
        assert.equal(await runOnce(name), 'false 0');
      });

      it('is known as such too when it outlives a child that was killed', async () => {
        const name = `child-${runtime}`;
        await create(name, `${greedy}; exit 3`);
        assert.equal(await runOnce(name), 'true 3');
      });

      it('has the score that was asked for, or 0, whatever that of containerd is', async () => {
        const pidFile = join(daemon.it.state, 'containerd/containerd.pid');
        const { pid } = JSON.parse(await readFile(pidFile, 'utf8')) as { pid: number };
        const score = `/proc/${pid}/oom_score_adj`;
        // Negative ones need CAP_SYS_RESOURCE.
        await writeFile(score, '100');
        try {
          for (const [name, expected, options] of [
            [`usual-${runtime}`, '0', []],
            [`scored-${runtime}`, '300', ['--oom-score-adj', '300']],
          ] as const) {
            await ok(
              'run',
              '-d',
              '--name',
              name,
              '--runtime',
              runtime,
              ...options,
              'busybox',
              'sleep',
              '1000',
            );
            const files = ['/proc/1/oom_score_adj', '/proc/self/oom_score_adj'];
            assert.equal(await ok('exec', name, 'cat', ...files), `${expected}\n${expected}`);
          }
        } finally {
          await writeFile(score, '0');
        }
      });

      // LXC's monitor has a cgroup beside it, of which containerd hears nothing.
      if (runtime !== 'runlxc')
        it('is reported at once, while the container keeps running', async () => {
          const name = `on-${runtime}`;
          await create(name, `${greedy}; sleep 1000`);
          await ok('start', name);
          const isTold = async () => (await eventsOf(name)).at(-1) === 'oom';
          assert.ok(await waitUntil(isTold, { withinMs: 30_000 }));
          assert.equal(
            await ok('inspect', '-f', '{{.State.Running}} {{.State.OOMKilled}}', name),
            'true false',
          );
          await ok('kill', name);
          await ok('wait', name);
          assert.equal(await ok('inspect', '-f', outcome, name), 'true 137');
          assert.equal((await eventsOf(name)).filter((action) => action === 'oom').length, 1);
        });

      it('is not when somebody else has killed it', async () => {
        const name = `killed-${runtime}`;
        await create(name, 'sleep 1000');
        await ok('start', name);
        await ok('kill', name);
        await ok('wait', name);
        assert.equal(await ok('inspect', '-f', outcome, name), 'false 137');
        assert.equal((await pouch('rm', name)).exitCode, 0);
      });
    });
});
