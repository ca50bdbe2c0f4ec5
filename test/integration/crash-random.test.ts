import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { identityOf } from '../support/host/inventory.ts';
import { processesOf } from '../support/host/processes.ts';
import { everyTest, sampleTests } from '../support/someOf.ts';
import type { TestPouchd } from '../support/TestPouchd.ts';
import { seededRandom } from '../support/seededRandom.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Of kills at random moments; each kill in a sample is another one. */
const rounds = everyTest() ? 8 : 3;
const workers = 3;
/** Milliseconds: what some operations of each worker take. */
const longestLife = 1500;

describe('pouchd and its helpers, killed at any moment', function () {
  this.timeout(240_000);
  this.slow(60_000);
  const daemon = useDaemon();
  const { ok, sh } = daemon;

  it(`${rounds} kills at random moments under load: each time it comes back, all is explained, bystanders keep running`, async () => {
    const random = seededRandom();
    console.log(`      POUCH_TEST_SEED=${random.seed}`);
    const bystander = await ok('run', '-d', 'busybox', 'sleep', '1000');
    const identity = identityOf((await daemon.it.inspect(bystander))!.State.Pid);
    for (let round = 0; round < rounds; round += 1) {
      const load = Promise.all([...Array(workers).keys()].map((n) => work(daemon.it, `r${round}w${n}`)));
      await delay(random.below(longestLife));
      await daemon.it.kill9();
      await load;
      await daemon.it.start();
      await checkAll(daemon.it, bystander);
      assert.equal(identityOf((await daemon.it.inspect(bystander))!.State.Pid), identity);
    }
    await ok('rm', '-f', bystander);
  });

  describe('helpers', function () {
    it('containerd: containers keep running, exits are not lost, and everything works again', async () => {
      const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
      const ends = await ok('run', '-d', 'busybox', 'sh', '-c', 'sleep 0.5; exit 7');
      const identity = identityOf((await daemon.it.inspect(id))!.State.Pid);
      await killHelper(daemon.it, 'containerd');
      assert.equal((await daemon.it.until(ends, 'exited', 30_000)).State.ExitCode, 7);
      assert.equal(identityOf((await daemon.it.inspect(id))!.State.Pid), identity);
      assert.equal(await ok('exec', id, 'echo', 'runs'), 'runs');
      assert.equal(await sh('echo new'), 'new');
      await ok('rm', '-f', id, ends);
    });

    it('the log keeper: containers keep running, and what they write afterwards is in the log', async () => {
      const script = 'i=0; while :; do echo line $i; i=$((i+1)); sleep 0.02; done';
      const id = await ok('run', '-d', 'busybox', 'sh', '-c', script);
      const ends = await ok('run', '-d', 'busybox', 'sh', '-c', 'sleep 1; echo last words; exit 3');
      await killHelper(daemon.it, 'pouch-logkeeper');
      assert.equal((await daemon.it.until(ends, 'exited', 30_000)).State.ExitCode, 3);
      assert.equal(await ok('logs', ends), 'last words');
      await delay(500);
      await ok('kill', id);
      await daemon.it.until(id, 'exited');
      const numbers = (await ok('logs', id)).split('\n').map((line) => Number(line.split(' ')[1]));
      assert.deepEqual(numbers, [...numbers.keys()]);
      assert.equal(await sh('echo new'), 'new');
      await ok('rm', id, ends);
    });

    it('all three at once: the daemon starts its helpers anew', async () => {
      const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'while :; do echo x; sleep 0.05; done');
      const identity = identityOf((await daemon.it.inspect(id))!.State.Pid);
      await daemon.it.kill9();
      for (const { pid, role } of processesOf(daemon.it.names))
        if (role === 'containerd' || role === 'pouch-logkeeper') process.kill(pid, 'SIGKILL');
      await daemon.it.start();
      const { State } = (await daemon.it.inspect(id))!;
      assert.equal(State.Status, 'running');
      assert.equal(identityOf(State.Pid), identity);
      const before = (await ok('logs', id)).length;
      assert.ok(await waitUntil(async () => (await ok('logs', id)).length > before, { withinMs: 30_000 }));
      await ok('rm', '-f', id);
    });

    // It was 137, that of a killed one.
    it('an exec has its own exit code though containerd was killed while it ran', async () => {
      const id = await ok('run', '-d', '--network', 'none', 'busybox', 'sleep', '1000');
      const exec = daemon.pouch(
        'exec',
        id,
        'sh',
        '-c',
        'touch /began; until [ -e /go ]; do sleep 0.1; done; exit 34',
      );
      const sh = async (script: string) =>
        (await daemon.pouch('exec', id, 'sh', '-c', script)).exitCode === 0;
      assert.ok(await waitUntil(() => sh('test -e /began'), { withinMs: 30_000 }));
      for (const { pid, role } of processesOf(daemon.it.names))
        if (role === 'containerd') process.kill(pid, 'SIGKILL');
      assert.ok(await waitUntil(() => sh('touch /go'), { withinMs: 20_000, everyMs: 200 }));
      assert.equal((await exec).exitCode, 34);
      await ok('rm', '-f', id);
    });

    sampleTests(this);
  });
});

/** Lives of containers, one after another, until the daemon is gone. */
async function work(pouchd: TestPouchd, name: string): Promise<void> {
  const { client } = pouchd;
  try {
    for (let turn = 0; ; turn += 1) {
      const id = await pouchd.createContainer(
        { Cmd: ['sleep', '1000'], Volumes: { '/etc': {} } },
        `${name}t${turn}`,
      );
      await client.containers.start(id);
      if (turn % 2 === 0) await client.containers.stop(id, { timeoutSeconds: 0 });
      if (turn % 3 !== 2) await client.containers.remove(id, { force: true, volumes: true });
    }
  } catch (error) {
    assert.match((error as { code?: string }).code ?? String(error), /^PCH_DAEMON_/);
  }
}

/** Every container is in a lasting state and can be removed, and nothing else exists. */
async function checkAll(pouchd: TestPouchd, bystander: string): Promise<void> {
  const { containers } = pouchd.client;
  const all = await containers.list({ all: true });
  const known = all.map(({ Id }) => Id);
  assert.deepEqual(await pouchd.unexplained(known), []);
  for (const { Id, State } of all.filter((one) => one.Id !== bystander)) {
    assert.ok(['created', 'running', 'exited'].includes(State), `${Id} is ${State}`);
    if (State !== 'running') await containers.start(Id);
    await containers.remove(Id, { force: true, volumes: true });
  }
  assert.deepEqual(await pouchd.unexplained([bystander]), []);
}

async function killHelper(pouchd: TestPouchd, role: string): Promise<void> {
  const found = processesOf(pouchd.names).filter((one) => one.role === role);
  assert.equal(found.length, 1, `one ${role}`);
  process.kill(found[0]!.pid, 'SIGKILL');
  const isNew = () => processesOf(pouchd.names).some((one) => one.role === role && one.pid !== found[0]!.pid);
  assert.ok(await waitUntil(isNew, { withinMs: 20_000 }), `a new ${role}`);
}
