import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { type Criu, workingCriu } from '../support/criu.ts';
import { skip } from '../support/skip.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { TestPouchd } from '../support/TestPouchd.ts';

const nocriu = `runtime:
  add:
    nocriu: { binary: runc, lacks: [checkpoint] }
`;

const counter = 'i=0; while :; do i=$((i+1)); echo "$i"; sleep 0.05; done';

describe('checkpoints', function () {
  this.timeout(120_000);
  this.slow(10_000);
  let criu: Criu;
  let pouchd: TestPouchd;
  let failpoint: string;

  before(async function () {
    criu = await workingCriu();
    if (criu.missing !== undefined) return skip(this, criu.missing);
    pouchd = await TestPouchd.create({
      yaml: nocriu,
      ...(criu.path !== undefined && { env: { PATH: `${criu.path}:${process.env['PATH']}` } }),
    });
    failpoint = join(pouchd.dir, 'failpoint');
    await pouchd.restart({ failpoint: `@${failpoint}` });
  });
  after(async () => {
    await pouchd?.dispose();
  });
  afterEach(async () => {
    if (!pouchd) return;
    await pouchd.client.containers.remove('counts', { force: true }).catch(() => {});
    assert.deepEqual(await pouchd.unexplained([]), []);
  });

  const ok = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await pouchd.pouch(...args);
    assert.equal(exitCode, 0, `pouch ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const fails = async (code: string, ...args: string[]): Promise<string> => {
    const { exitCode, stderr } = await pouchd.pouch(...args);
    assert.equal(exitCode, 1, args.join(' '));
    assert.match(stderr, new RegExp(`code: ${code}`));
    return stderr;
  };
  const start = (...options: string[]) =>
    ok('run', '-d', '--name', 'counts', ...options, 'busybox', 'sh', '-c', counter);
  const inspect = async () => (await pouchd.inspect('counts'))!;
  const counted = async () => (await ok('logs', 'counts')).split('\n').map(Number);
  const countsTo = async (number: number) =>
    assert.ok(await waitUntil(async () => (await counted()).at(-1)! >= number, { withinMs: 20_000 }));
  const files = async () =>
    readdir(join(pouchd.root, 'containers', (await inspect()).Id, 'checkpoints')).catch(() => []);
  const isOneCount = (numbers: number[]) =>
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, index) => index + 1),
    );

  it('a rich container resumes with its boot id, and keeps it while it runs on', async () => {
    await start('--rich', '--rich-mode', 'dumb-init', '--userns', 'host');
    await countsTo(5);
    const bootId = () => ok('exec', 'counts', 'cat', '/proc/sys/kernel/random/boot_id');
    const before = await bootId();
    await ok('checkpoint', 'create', '--leave-running', 'counts', 'one');
    assert.equal(await bootId(), before);
    await ok('checkpoint', 'create', 'counts', 'two');
    await ok('start', '--checkpoint', 'two', 'counts');
    assert.equal(await bootId(), before);
    assert.match(await ok('exec', 'counts', 'cat', '/etc/hosts'), /Written by Pouch/);
  });

  it('a container resumes where it was, with its network attached again', async () => {
    await start();
    await countsTo(5);
    assert.equal(await ok('checkpoint', 'create', 'counts', 'one'), 'one');
    const { State } = await inspect();
    assert.deepEqual([State.Status, State.ExitCode], ['exited', 137]);
    const before = (await counted()).at(-1)!;
    await ok('start', '--checkpoint', 'one', 'counts');
    await countsTo(before + 5);
    isOneCount(await counted());
    const { NetworkSettings } = await inspect();
    assert.match(
      await ok('exec', 'counts', 'ip', 'addr'),
      new RegExp(NetworkSettings.Networks!['bridge']!.IPAddress!),
    );
    assert.equal(await ok('exec', 'counts', 'hostname'), (await inspect()).Config.Hostname);
    await ok('stop', '-t', '0', 'counts');
    assert.deepEqual(await files(), ['one']);
  });

  it('can leave it running, and be used again and again', async () => {
    await start('--network', 'none');
    await countsTo(3);
    await ok('checkpoint', 'create', '--leave-running', 'counts', 'early');
    const at = (await counted()).length;
    await countsTo(at + 3);
    for (let turn = 0; turn < 2; turn += 1) {
      await ok('kill', 'counts');
      await pouchd.until('counts', 'exited');
      await ok('start', '--checkpoint', 'early', 'counts');
      assert.equal((await inspect()).State.Status, 'running');
    }
  });

  it('are listed, removed by name, and go with the container', async () => {
    await start('--network', 'none');
    await ok('checkpoint', 'create', '--leave-running', 'counts', 'one');
    await ok('checkpoint', 'create', '--leave-running', 'counts', 'two');
    assert.equal(await ok('checkpoint', 'ls', 'counts'), 'CHECKPOINT NAME\none\ntwo');
    await ok('checkpoint', 'rm', 'counts', 'one');
    assert.equal(await ok('checkpoint', 'ls', '-q', 'counts'), 'two');
    await fails('PCH_CHECKPOINT_NOT_FOUND', 'checkpoint', 'rm', 'counts', 'one');
    const { Id } = await inspect();
    await ok('rm', '-f', 'counts');
    assert.ok(!(await readdir(join(pouchd.root, 'containers'))).includes(Id));
  });

  it('do not let a restart policy bring the container back', async () => {
    await start('--network', 'none', '--restart', 'always');
    await ok('checkpoint', 'create', 'counts', 'one');
    await pouchd.restart({ failpoint: `@${failpoint}` }).then(() => pouchd.until('counts', 'running'));
  });

  describe('with a fault', function () {
    it('that fail leave the container running and nothing behind', async () => {
      const listens = "until netstat -ltn | grep -q ':7 '; do sleep 0.1; done";
      const talking = `nc -ll -p 7 -e sleep 1000 & (${listens}; sleep 1000 | nc 127.0.0.1 7) & ${counter}`;
      await ok('run', '-d', '--name', 'counts', '--network', 'none', 'busybox', 'sh', '-c', talking);
      const connects = async () => /ESTABLISHED/.test(await ok('exec', 'counts', 'netstat', '-tn'));
      assert.ok(await waitUntil(connects, { withinMs: 30_000 }));
      const stderr = await fails('PCH_CHECKPOINT_FAILED', 'checkpoint', 'create', 'counts', 'one');
      assert.match(stderr, /not made: .*socket/);
      assert.equal((await inspect()).State.Status, 'running');
      assert.deepEqual(await files(), []);
      await countsTo((await counted()).at(-1)! + 2);
      // One that is killed may take another of them along.
      const quiet = 'kill $(pidof nc) $(ps | sed -n "s/ root .*sleep 1000$//p"); true';
      await ok('exec', 'counts', 'sh', '-c', quiet);
      assert.ok(await waitUntil(async () => !(await connects()), { withinMs: 30_000 }));
      await ok('checkpoint', 'create', 'counts', 'one');
      assert.deepEqual(await files(), ['one']);
    });

    it('that cannot be restored leave the container stopped, and it can be started', async () => {
      await start();
      await ok('checkpoint', 'create', 'counts', 'one');
      await writeFile(
        join(pouchd.root, 'containers', (await inspect()).Id, 'checkpoints/one/inventory.img'),
        'x',
      );
      await fails('PCH_CHECKPOINT_FAILED', 'start', '--checkpoint', 'one', 'counts');
      const { State } = await inspect();
      assert.equal(State.Status, 'exited');
      assert.match(State.Error, /not restored from one/);
      assert.deepEqual(await files(), ['one']);
      await ok('start', 'counts');
      assert.equal((await inspect()).State.Status, 'running');
    });

    it('are refused before anything is touched', async () => {
      await start('--network', 'none', '--runtime', 'nocriu');
      assert.match(
        await fails('PCH_RUNTIME_CANNOT', 'checkpoint', 'create', 'counts', 'one'),
        /lists it under `lacks`/,
      );
      assert.deepEqual([await files(), (await inspect()).State.Status], [[], 'running']);
      await ok('rm', '-f', 'counts');
      await start('--network', 'none', '-t');
      assert.match(await fails('PCH_NOT_SUPPORTED', 'checkpoint', 'create', 'counts', 'one'), /terminal/);
      await ok('rm', '-f', 'counts');
      await start('--network', 'none', '--rm');
      await fails('PCH_CONFLICT', 'checkpoint', 'create', 'counts', 'one');
      await fails('PCH_NAME_INVALID', 'checkpoint', 'create', 'counts', '../one');
      await ok('checkpoint', 'create', '--leave-running', 'counts', 'one');
      await fails('PCH_ALREADY_EXISTS', 'checkpoint', 'create', '--leave-running', 'counts', 'one');
      await fails('PCH_CONTAINER_RUNNING', 'start', '--checkpoint', 'one', 'counts');
      await ok('rm', '-f', 'counts');
      await ok('create', '--name', 'counts', 'busybox', 'true');
      await fails('PCH_CONTAINER_NOT_RUNNING', 'checkpoint', 'create', 'counts', 'one');
      await fails('PCH_CHECKPOINT_NOT_FOUND', 'start', '--checkpoint', 'one', 'counts');
    });

    it('pouchd, killed at any step: there is a whole one or none, and the same call works', async () => {
      await start('--network', 'none');
      const earlier = (await pouchd.log()).length;
      await writeFile(failpoint, 'trace');
      await ok('checkpoint', 'create', '--leave-running', 'counts', 'traced');
      await ok('checkpoint', 'rm', 'counts', 'traced');
      await rm(failpoint);
      const text = (await pouchd.log()).slice(earlier);
      const steps = [...text.matchAll(/^ledger-step (\S+:checkpoint:.*)$/gm)].map(([, step]) => step!);
      assert.ok(steps.length >= 10, steps.join(', '));
      for (const step of someOf(steps)) {
        const name = step.includes('undo') ? 'kept' : 'made';
        if (name === 'kept') await ok('checkpoint', 'create', '--leave-running', 'counts', 'kept');
        await writeFile(failpoint, step.replace('traced', name));
        const args = name === 'kept' ? ['rm', 'counts', name] : ['create', '--leave-running', 'counts', name];
        await pouchd.pouch('checkpoint', ...args);
        assert.equal(await pouchd.ended(), 'SIGKILL', step);
        await rm(failpoint);
        await pouchd.start({ failpoint: `@${failpoint}` });
        assert.equal((await inspect()).State.Status, 'running', step);
        const now = await files();
        assert.ok(now.length === 0 || now.join() === name, `${step}: ${now.join()}`);
        if (now.length > 0) await ok('checkpoint', 'rm', 'counts', name);
        await ok('checkpoint', 'create', '--leave-running', 'counts', name);
        await ok('checkpoint', 'rm', 'counts', name);
        assert.deepEqual(await files(), [], step);
      }
    });

    sampleTests(this);
  });
});
