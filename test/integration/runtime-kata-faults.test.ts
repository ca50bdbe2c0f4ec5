/** Shims that fail, each a stand-in for kata's: the call ends with a code, nothing is left, and the next call works. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests } from '../support/someOf.ts';
import type { Fault } from '../support/standInShim/StandInShim.ts';
import { assertSteady, baseline, everything } from './support/bad-input/steady.ts';
import { useKata } from './support/kata.ts';

const run = ['run', '--rm', '--runtime', 'kata', 'busybox', 'echo', 'well'];

describe('kata’s shim (a stand-in)', function () {
  this.timeout(150_000);
  this.slow(80_000);
  const kata = useKata();
  const { ok, pouch } = kata;
  let quiet: string[];

  before(async () => {
    await ok('run', '-d', '--name', 'neighbour', '--runtime', 'kata', 'busybox', 'sleep', '1000');
    await ok(...run);
    // `--rm` and the events of the shim are worked off behind the command.
    await waitUntil(async () => isQuiet((quiet = await baseline(kata.it))), { withinMs: 30_000 });
    assert.ok(isQuiet(quiet), quiet.join('\n'));
  });

  function isQuiet(lines: string[]): boolean {
    const of = (word: string) => lines.filter((line) => line.startsWith(word)).length;
    return of('container ') === 1 && of('shim of ') === 1 && of('containerd (') === 0;
  }

  /** containerd calls the shim once more after its end, which takes seconds on a busy host. */
  async function settled(): Promise<void> {
    const isSteady = async () => (await everything(kata.it)).join('\n') === quiet.join('\n');
    await waitUntil(isSteady, { withinMs: 30_000, everyMs: 100 });
    await assertSteady(kata.it, quiet);
  }

  async function assertRecovered(): Promise<void> {
    await kata.shim.break();
    await settled();
    assert.equal(await ok(...run), 'well');
    await settled();
    assert.equal(await ok('exec', 'neighbour', 'echo', 'here'), 'here');
    const sockets = (await kata.shim.records('serve')).map(({ path }) => path!);
    assert.equal(sockets.filter((path) => existsSync(path)).length, 1, 'the neighbour’s socket alone');
  }

  const faults: [Fault, string, RegExp][] = [
    ['fail-start', 'fails in start', /asked to fail/],
    ['garbage-start', 'returns an invalid address from start', /PCH_RUNTIME_FAILED/],
    ['die-create', 'dies while it creates the VM', /PCH_RUNTIME_FAILED/],
    ['leave-vm', 'dies and leaves a hypervisor', /PCH_RUNTIME_FAILED/],
    ['garbage-create', 'returns an invalid message from create', /PCH_RUNTIME_FAILED/],
    ['die-start', 'dies while it starts the container', /PCH_RUNTIME_FAILED/],
  ];
  for (const [fault, what, says] of faults)
    it(`that ${what}: the call says so, and leaves nothing`, async () => {
      await kata.shim.break(fault);
      const { exitCode, stderr } = await pouch(...run);
      assert.match(stderr, says);
      assert.match(stderr, /^hint: /m);
      assert.equal(exitCode, 125);
      await assertRecovered();
    });

  it('that hangs in create: the call ends at its deadline, and leaves nothing', async () => {
    await kata.shim.break('hang-create');
    const hanging = { Cmd: ['true'], HostConfig: { Runtime: 'kata', AutoRemove: true } };
    await assert.rejects(kata.it.runContainer(hanging), {
      code: 'PCH_DEADLINE',
      message: /the runtime kata did not respond within 10 s/,
    });
    await assertRecovered();
  });

  it('that fails and leaves bind mounts in its shared folder: they are removed, and the next start works', async () => {
    const command = { Cmd: ['echo', 'well'], HostConfig: { Runtime: 'kata' } };
    const id = await kata.it.createContainer(command, 'box');
    const mounts = async () => (await readFile('/proc/self/mountinfo', 'utf8')).includes(`sandboxes/${id}`);
    await kata.shim.break('leave-mounts');
    const { stderr } = await pouch('start', 'box');
    assert.match(stderr, /the agent does not respond/);
    assert.match(stderr, /code: PCH_RUNTIME_FAILED/);
    assert.equal(await mounts(), false);
    await kata.shim.break();
    assert.equal(await ok('start', '-a', 'box'), 'well');
    await ok('rm', '-f', 'box');
    assert.equal(await mounts(), false);
    await assertRecovered();
  });

  it('that dies under a container: the container has ended, and starts again', async () => {
    await ok('run', '-d', '--name', 'box', '--runtime', 'kata', 'busybox', 'sleep', '1000');
    const { pid } = (await kata.shim.records('Create')).at(-1)!;
    process.kill(pid, 'SIGKILL');
    await kata.it.until('box', 'exited');
    await ok('start', 'box');
    assert.equal(await ok('exec', 'box', 'echo', 'here'), 'here');
    await ok('rm', '-f', 'box');
    await assertRecovered();
  });

  it('that runs while the daemon is killed: its container is adopted', async () => {
    await ok('run', '-d', '--name', 'box', '--runtime', 'kata', 'busybox', 'sleep', '1000');
    const before = await ok('inspect', '-f', '{{.State.Pid}}', 'box');
    await kata.it.kill9();
    await kata.it.start();
    assert.equal(await ok('inspect', '-f', '{{.State.Status}} {{.State.Pid}}', 'box'), `running ${before}`);
    assert.equal(await ok('exec', 'box', 'echo', 'here'), 'here');
    await ok('stop', '-t', '0', 'box');
    await ok('rm', 'box');
    await assertRecovered();
  });

  it('that creates a VM while the daemon is killed: the start is undone, and works again', async () => {
    const id = await kata.it.createContainer(
      { Cmd: ['sleep', '1000'], HostConfig: { Runtime: 'kata' } },
      'box',
    );
    await kata.shim.break('hang-create');
    const starting = kata.it.client.containers.start(id).catch(() => undefined);
    const isAsked = async () => (await kata.shim.records('Create')).some(({ request }) => request.id === id);
    assert.ok(await waitUntil(isAsked, { withinMs: 30_000 }));
    await kata.it.kill9();
    await starting;
    await kata.it.start();
    await kata.it.until('box', 'created');
    await kata.shim.break();
    await ok('start', 'box');
    assert.equal(await ok('exec', 'box', 'echo', 'here'), 'here');
    await ok('rm', '-f', 'box');
    await assertRecovered();
  });

  it('whose container ends while no daemon runs: the next one reports the exit code', async () => {
    const script = 'trap "exit 9" TERM; echo ready; while :; do sleep 0.1; done';
    await ok('run', '-d', '--name', 'box', '--runtime', 'kata', 'busybox', 'sh', '-c', script);
    const id = await ok('inspect', '-f', '{{.Id}}', 'box');
    await waitUntil(async () => (await ok('logs', 'box')) === 'ready', { withinMs: 30_000 });
    await kata.it.kill9();
    await kata.it.containerd.tasks.kill(id, 15);
    await kata.it.containerd.tasks.wait(id, '', { deadlineMs: 30_000 });
    await kata.it.start();
    const { State } = await kata.it.until('box', 'exited');
    assert.equal(State.ExitCode, 9);
    await ok('rm', 'box');
    await assertRecovered();
  });

  sampleTests(this);
});
