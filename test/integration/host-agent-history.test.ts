import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

type Containers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const sleeper = { image: 'busybox', command: ['sleep', '1000'], network: 'none', 'stop-timeout': '0' };

describe('the history of the host', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;

  const write = (containers: Containers) => daemon.it.declare({ containers });
  async function applied(containers: Containers): Promise<string> {
    await write(containers);
    return await ok('apply');
  }
  const memoryOf = async (name: string) => (await daemon.it.inspect(name))?.HostConfig.Memory;
  const numbers = async () => (await ok('history', '-q')).split('\n').map(Number);
  const directory = () => join(daemon.it.root, 'host-agent');
  const mib = 1024 ** 2;
  const until = async (condition: () => Promise<boolean>) =>
    assert.ok(await waitUntil(condition, { withinMs: 30_000, everyMs: 50 }));
  const web = { ...sleeper, memory: '32m' };

  afterEach(async () => {
    await write({});
    await ok('apply', '--prune', '--yes');
  });

  it('has each generation with its plan and cause, and shows no secret', async () => {
    await applied({ web: { ...web, 'secret-env': { PIN: 'swordfish' } } });
    const [last = 0] = await numbers();
    await applied({ web: { ...web, memory: '64m', 'secret-env': { PIN: 'sardine' } } });
    assert.deepEqual((await numbers()).slice(0, 2), [last + 1, last]);
    assert.match(await ok('history'), /^GENERATION +APPLIED +CAUSE.*\n\d+ .*apply by user 0 +1 +0 +0\n/);
    const shown = await ok('history', '--generation', String(last + 1));
    assert.match(shown, /declared in .*pouchd\.yaml\n~ container web: restart/);
    assert.match(shown, /memory: 32m -> 64m/);
    assert.ok(!/swordfish|sardine/.test(shown + (await ok('history', '--format', 'json'))));
    assert.equal((await pouch('history', '--generation', '9999')).exitCode, 1);
    assert.match(await ok('history', 'busybox'), /^IMAGE/);

    const file = join(directory(), `${String(last).padStart(6, '0')}.json`);
    assert.ok((await readFile(file, 'utf8')).includes('swordfish'));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(directory())).mode & 0o777, 0o700);
  });

  it('has what changes in no container, which it leaves alone', async () => {
    const directories = async () =>
      await Promise.all(
        [directory(), join(daemon.it.root, 'containers')].map(async (path) =>
          (await readdir(path, { recursive: true, withFileTypes: true }))
            .filter((entry) => entry.isFile())
            .map(async ({ parentPath, name }) => `${name} ${(await stat(join(parentPath, name))).mtimeMs}`),
        ),
      ).then((lists) => Promise.all(lists.flat()));
    const job = { ...sleeper, command: ['true'], schedule: 'every 5h' };
    await applied({ web, db: sleeper, job });
    const { State } = (await daemon.it.inspect('web'))!;
    await write({
      web: {
        ...web,
        dependsOn: { db: 'started' },
        update: { order: 'start-first', deadline: '90s' },
        pull: 'never',
      },
      db: sleeper,
      job: { ...job, schedule: 'every 6h' },
    });
    const due = [
      /~ container web: change {2}\(.*pouchd\.yaml:\d+\)\n/,
      /    dependsOn\.db: \(not set\) -> started {2}\(.*pouchd\.yaml:\d+\)\n/,
      /    update\.order: stop-first -> start-first {2}\(.*pouchd\.yaml:\d+\)\n/,
      /    update\.deadline: 300s -> 90s/,
      /    pull: missing -> never/,
      /~ container job: change.*\n {4}schedule: "every 5h" -> "every 6h" {2}\(.*pouchd\.yaml:\d+\)/,
    ];
    const dry = await pouch('apply', '--dry-run');
    assert.equal(dry.exitCode, 2, dry.stderr);
    const output = await ok('apply');
    assert.match(output, /2 done, 0 failed, 0 left/);
    const [last = 0] = await numbers();
    const recorded = await ok('history', '--generation', String(last));
    for (const line of due) for (const text of [dry.stdout, output, recorded]) assert.match(text, line);
    const after = (await daemon.it.inspect('web'))!.State;
    assert.deepEqual([after.Pid, after.StartedAt], [State.Pid, State.StartedAt]);

    const again = await pouch('apply', '--dry-run');
    assert.deepEqual([again.exitCode, again.stdout], [0, 'nothing to do\n']);
    const written = await directories();
    assert.equal(await ok('apply'), 'nothing to do');
    await daemon.it.reload(/configuration reloaded/);
    assert.deepEqual(await directories(), written);
    assert.equal(await ok('drift'), '');

    const back = await pouch('rollback', '--dry-run');
    assert.match(back.stdout, /schedule: "every 6h" -> "every 5h"/);
    await ok('rollback');
    assert.match(await ok('status'), /pinned to/);
    assert.equal((await pouch('apply', '--dry-run')).exitCode, 2);
  });

  it('puts a damaged generation aside', async () => {
    await applied({ web });
    const [last = 0] = await numbers();
    await applied({ web: { ...web, memory: '64m' } });
    const name = `${String(last).padStart(6, '0')}.json`;
    await writeFile(join(directory(), name), '{"version":1,');
    assert.ok(!(await numbers()).includes(last));
    assert.ok((await readdir(directory())).includes(`${name}.damaged`));
    const refused = await pouch('rollback', String(last));
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /its file is damaged/);
    assert.match((await pouch('doctor')).stdout, new RegExp(`${name}\\.damaged`));
    assert.equal(await memoryOf('web'), 64 * mib);
  });

  it('rolls back, stays there over a restart, and returns to the files by an apply', async () => {
    await applied({ web });
    const [first = 0] = await numbers();
    await applied({ web: { ...web, memory: '64m' }, other: sleeper });

    const dry = await pouch('rollback', '--dry-run');
    assert.equal(dry.exitCode, 2, dry.stderr);
    assert.match(dry.stdout, new RegExp(`^to generation ${first}:\\n`));
    assert.equal(await memoryOf('web'), 64 * mib);

    const output = await ok('rollback');
    assert.match(output, new RegExp(`rolling back to generation ${first}\\n`));
    assert.match(output, new RegExp(`generation ${first + 2}: 2 done, 0 failed, 0 left`));
    assert.equal(await memoryOf('web'), 32 * mib);
    assert.equal(await daemon.it.inspect('other'), undefined);
    assert.match(await ok('status'), new RegExp(`pinned to generation ${first} since .*not in force`));

    await daemon.it.restart();
    await until(async () => (await daemon.it.client.agent.status()).ConvergedAt !== undefined);
    assert.equal(await memoryOf('web'), 32 * mib);
    assert.match(await ok('status'), new RegExp(`1 of 1 .*\\npinned to generation ${first}`));

    await ok('apply');
    assert.equal(await memoryOf('web'), 64 * mib);
    assert.ok(await daemon.it.inspect('other'));
    assert.ok(!(await ok('status')).includes('pinned'));
  });

  it('continues a rollback after a kill, and ends it once the files have changed', async () => {
    await applied({ web });
    const [first = 0] = await numbers();
    await applied({ web: { ...web, memory: '64m' }, a1: sleeper, a2: sleeper, a3: sleeper });
    const rolling = pouch('rollback', String(first));
    await until(async () => (await readdir(directory())).includes('pinned.json'));
    await daemon.it.kill9();
    assert.notEqual((await rolling).exitCode, 0);
    await daemon.it.start();
    await until(async () => (await daemon.it.client.containers.list({ all: true })).length === 1);
    await until(async () => (await daemon.it.client.agent.status()).Ok === 1);
    assert.equal(await memoryOf('web'), 32 * mib);

    await daemon.it.stop();
    await write({ web: { ...web, memory: '48m' } });
    await daemon.it.start();
    await until(async () => (await memoryOf('web')) === 48 * mib);
    assert.ok(!(await readdir(directory())).includes('pinned.json'));
  });

  it('rolls back by itself after a failure if asked to', async () => {
    await applied({ web });
    const [good = 0] = await numbers();
    await write({ web: { ...web, memory: '64m' }, bad: { ...sleeper, command: ['/no-such-program'] } });
    const { exitCode, stdout, stderr } = await pouch('apply', '--rollback-on-failure');
    assert.equal(exitCode, 1);
    assert.match(stderr, /container bad: create failed/);
    assert.match(stdout, new RegExp(`rolling back to generation ${good}\\n`));
    assert.equal(await memoryOf('web'), 32 * mib);
    assert.equal(await daemon.it.inspect('bad'), undefined);
    assert.match(await ok('status'), new RegExp(`pinned to generation ${good}`));

    await applied({ web: { ...web, memory: '48m' } });
    assert.equal(await memoryOf('web'), 48 * mib);
  });

  it('rolls back what does not come up if it waits', async () => {
    await applied({ web });
    const [good = 0] = await numbers();
    const ending = { ...web, command: ['sh', '-c', 'sleep 0.5; exit 3'] };
    await write({ web: ending });
    const wait = ['--wait', '--timeout', '5s'];
    const { exitCode, stdout, stderr } = await pouch('apply', ...wait, '--rollback-on-failure');
    assert.equal(exitCode, 1);
    assert.equal(stderr, 'container web: not up: it ended with exit code 3\n');
    assert.match(stdout, new RegExp(`rolling back to generation ${good}\n`));
    assert.deepEqual((await daemon.it.inspect('web'))?.Config.Cmd, web.command);

    // What is in force already is not rolled back: that it is down is not the work of the apply.
    assert.equal((await pouch('apply', ...wait)).exitCode, 1);
    const [unchanged = 0] = await numbers();
    const again = await pouch('apply', '--wait', '--timeout', '1s', '--rollback-on-failure');
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /nothing was rolled back/);
    assert.deepEqual((await daemon.it.inspect('web'))?.Config.Cmd, ending.command);
    assert.ok((await numbers())[0]! - unchanged <= 1);
  });

  it('takes a number that is the name of a container as neither', async () => {
    await ok('create', '--name', '42', '--network', 'none', 'busybox');
    const refused = await pouch('rollback', '42');
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /--generation 42/);
    assert.match((await pouch('rollback', '--generation', '42')).stderr, /generation 42: not found/);
    await ok('rm', '42');
    assert.match((await pouch('rollback', '42')).stderr, /generation 42: not found/);
  });

  it('has the files in force after a damaged pin', async () => {
    await applied({ web });
    await applied({ web: { ...web, memory: '64m' } });
    await ok('rollback');
    await daemon.it.stop();
    await writeFile(join(directory(), 'pinned.json'), 'x');
    await chmod(join(directory(), 'pinned.json'), 0o600);
    await daemon.it.start();
    await until(async () => (await memoryOf('web')) === 64 * mib);
    assert.ok((await readdir(directory())).includes('pinned.json.damaged'));
  });
});
