import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('the life of a container', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok, sh } = daemon;
  const inspect = async (ref: string) => (await daemon.it.inspect(ref))!;

  describe('exit codes', () => {
    const cases: [string, string[], number][] = [
      ['0 of a command that succeeds', ['busybox', 'true'], 0],
      ['the command’s own', ['busybox', 'sh', '-c', 'exit 7'], 7],
      ['127 of a command that is not in the image', ['busybox', 'no-such-command'], 127],
      ['127 of a path that is not in the image', ['busybox', '/no/such/command'], 127],
      ['126 of a command that cannot be executed', ['busybox', '/etc/passwd'], 126],
      ['126 of a directory', ['busybox', '/etc'], 126],
      ['125 for an unknown option', ['--no-such-option', 'busybox', 'true'], 125],
      ['125 for a missing image', ['--pull', 'never', 'no-such-image', 'true'], 125],
      ['125 of a value that does not fit', ['--memory', '1k', 'busybox', 'true'], 125],
    ];
    for (const [what, args, expected] of cases)
      it(`${expected}: ${what}`, async () => {
        const { exitCode, stderr } = await pouch('run', '--rm', ...args);
        assert.equal(exitCode, expected, stderr);
      });

    it('of a start that failed is in the container’s state', async () => {
      const { exitCode } = await pouch('run', '--name', 'fails', 'busybox', 'no-such-command');
      assert.equal(exitCode, 127);
      const { State } = await inspect('fails');
      assert.equal(State.ExitCode, 127);
      assert.match(State.Error, /not in the image/);
      assert.equal(State.Status, 'created');
      await ok('rm', 'fails');
    });
  });

  it('--rm leaves no container', async () => {
    await ok('run', '--rm', '--name', 'short', 'busybox', 'true');
    await daemon.it.until('short', 'gone');
  });

  it('the name of an ended --rm container is free for the next at once', async () => {
    for (let turn = 0; turn < 5; turn += 1)
      assert.equal(await ok('run', '--rm', '--name', 'again', 'busybox', 'echo', String(turn)), String(turn));
  });

  it('is found by name, id, short id and prefix', async () => {
    const id = await ok('create', '--name', 'found', 'busybox', 'true');
    assert.match(id, /^[0-9a-f]{64}$/);
    for (const ref of ['found', '/found', id, id.slice(0, 12), id.slice(0, 20)])
      assert.equal((await inspect(ref)).Id, id);
    await ok('rm', 'found');
  });

  it('a name that exists is refused with who has it', async () => {
    const id = await ok('create', '--name', 'taken', 'busybox', 'true');
    const { exitCode, stderr } = await pouch('create', '--name', 'taken', 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(stderr, new RegExp(`taken.*in use by container ${id.slice(0, 12)}`));
    await ok('rm', 'taken');
    await ok('create', '--name', 'taken', 'busybox', 'true');
    await ok('rm', 'taken');
  });

  it('gets a name made up of two words when it is given none', async () => {
    const id = await ok('create', 'busybox', 'true');
    assert.match((await inspect(id)).Name, /^\/[a-z]+_[a-z]+\d*$/);
    await ok('rm', id);
  });

  it('is renamed, also while it runs, and keeps the name over a restart of the daemon', async () => {
    const id = await ok('run', '-d', '--name', 'before', 'busybox', 'sleep', '1000');
    await ok('rename', 'before', 'after');
    await daemon.it.restart();
    assert.equal((await inspect('after')).Id, id);
    assert.equal(await daemon.it.inspect('before'), undefined);
    await ok('rm', '-f', 'after');
  });

  describe('the process', () => {
    it('gets variables of the image, of -e, of a file and of here', async () => {
      const file = join(daemon.it.dir, 'variables');
      await writeFile(file, '# a comment\nFROM_FILE=two words\nBOTH=file\n');
      const { stdout } = await daemon.it.pouchWith(
        { env: { FROM_HERE: 'here' } },
        ...['run', '--rm', '-e', 'GIVEN=a=b', '-e', 'FROM_HERE', '-e', 'BOTH=flag', '--env-file', file],
        ...['busybox', 'env'],
      );
      const env = stdout.split('\n');
      for (const expected of [
        'GIVEN=a=b',
        'FROM_HERE=here',
        'FROM_FILE=two words',
        'BOTH=flag',
        'HOME=/root',
      ])
        assert.ok(env.includes(expected), `${expected} in ${stdout}`);
      assert.match(stdout, /^PATH=\/usr\/local\/sbin:/m);
    });

    it('runs in the working directory, which is made', async () => {
      assert.equal(await sh('pwd', '-w', '/made/for/it'), '/made/for/it');
    });

    const users: [string, string][] = [
      ['www-data', 'uid=33(www-data) gid=33(www-data) groups=33(www-data)'],
      ['33', 'uid=33(www-data) gid=33(www-data) groups=33(www-data)'],
      ['1234:33', 'uid=1234 gid=33(www-data) groups=33(www-data)'],
      ['nobody:users', 'uid=65534(nobody) gid=100(users) groups=100(users)'],
    ];
    for (const [user, expected] of users)
      it(`runs as ${user}`, async () => assert.equal(await sh('id', '-u', user), expected));

    it('has supplementary groups', async () => {
      assert.match(
        await sh('id -G', '-u', '1234', '--group-add', 'www-data', '--group-add', '77'),
        /\b33 77\b/,
      );
    });

    it('an unknown user is an error that names it', async () => {
      const { exitCode, stderr } = await pouch('run', '--rm', '-u', 'somebody', 'busybox', 'true');
      assert.equal(exitCode, 125);
      assert.match(stderr, /no user "somebody"/);
    });

    it('is the entrypoint with the command', async () => {
      const output = await ok('run', '--rm', '--entrypoint', 'echo', 'busybox', 'one', 'two');
      assert.equal(output, 'one two');
    });

    it('has a host name of its own, and one that is given', async () => {
      const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
      assert.equal(await ok('exec', id, 'hostname'), id.slice(0, 12));
      await ok('rm', '-f', id);
      assert.equal(await sh('hostname; cat /etc/hostname', '-h', 'given'), 'given\ngiven');
      assert.match(await sh('cat /etc/hosts', '-h', 'given'), /\bgiven\b/);
    });

    it('with --init is a child of a small init that reaps', async () => {
      const output = await sh('cat /proc/1/comm; (sleep 0 & exec true); echo $$', '--init');
      assert.match(output, /^init\n/);
    });
  });

  it('labels are shown and filtered by', async () => {
    const id = await ok('create', '-l', 'color=red', '-l', 'bare', 'busybox', 'true');
    assert.deepEqual((await inspect(id)).Config.Labels, { color: 'red', bare: '' });
    const listed = (filter: string) => ok('ps', '-aq', '--no-trunc', '--filter', filter);
    assert.equal(await listed('label=color=red'), id);
    assert.equal(await listed('label=bare'), id);
    assert.equal(await listed('label=color=blue'), '');
    await ok('rm', id);
  });

  it('stop sends the stop signal, and SIGKILL when the time is over', async () => {
    const polite = await ok('run', '-d', 'busybox', 'sh', '-c', 'trap "exit 3" TERM; sleep 1000 & wait');
    await ok('stop', polite);
    assert.equal((await inspect(polite)).State.ExitCode, 3);
    const own = await ok(
      ...['run', '-d', '--stop-signal', 'USR1', 'busybox'],
      ...['sh', '-c', 'trap "exit 4" USR1; sleep 1000 & wait'],
    );
    await ok('stop', own);
    assert.equal((await inspect(own)).State.ExitCode, 4);
    const deaf = await ok('run', '-d', 'busybox', 'sh', '-c', 'trap "" TERM; sleep 1000');
    const started = performance.now();
    await ok('stop', '-t', '1', deaf);
    assert.ok(performance.now() - started > 1000);
    assert.equal((await inspect(deaf)).State.ExitCode, 137);
    await ok('rm', polite, own, deaf);
  });

  it('kill sends any signal, by name or number', async () => {
    const script = 'trap "echo got USR2" USR2; trap "exit 5" HUP; echo listens; while :; do sleep 0.1; done';
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', script);
    const said = async (text: string) => (await ok('logs', id)).includes(text);
    assert.ok(await waitUntil(() => said('listens'), { withinMs: 30_000 }));
    await ok('kill', '-s', 'SIGUSR2', id);
    assert.ok(await waitUntil(() => said('got USR2'), { withinMs: 30_000 }));
    await ok('kill', '-s', '1', id);
    await daemon.it.until(id, 'exited');
    assert.equal((await inspect(id)).State.ExitCode, 5);
    assert.equal(await ok('logs', id), 'listens\ngot USR2');
    const { exitCode, stderr } = await pouch('kill', id);
    assert.equal(exitCode, 1);
    assert.match(stderr, /is not running/);
    await ok('rm', id);
  });

  it('kill returns when the container has died', async () => {
    for (const pauses of [false, true]) {
      const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
      if (pauses) await ok('pause', id);
      await daemon.it.client.containers.kill(id);
      const state = (await daemon.it.inspect(id))?.State;
      assert.deepEqual([state?.Status, state?.ExitCode], ['exited', 137]);
    }
  });

  it('a paused container stands still, is listed as paused, and can be killed', async () => {
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'while :; do echo tick; sleep 0.05; done');
    await ok('pause', id);
    assert.equal((await inspect(id)).State.Status, 'paused');
    const before = await ok('logs', id);
    assert.equal((await pouch('exec', id, 'true')).exitCode, 1);
    assert.equal(await ok('logs', id), before);
    await ok('unpause', id);
    assert.equal((await inspect(id)).State.Status, 'running');
    await ok('pause', id);
    await ok('kill', id);
    assert.equal((await daemon.it.until(id, 'exited')).State.ExitCode, 137);
    await ok('rm', id);
  });

  it('restart gives it a new process and keeps its files', async () => {
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'date >>/file; sleep 1000');
    const { Pid } = (await inspect(id)).State;
    await ok('restart', '-t', '0', id);
    const { State } = await inspect(id);
    assert.equal(State.Status, 'running');
    assert.notEqual(State.Pid, Pid);
    assert.equal((await ok('exec', id, 'cat', '/file')).split('\n').length, 2);
    await ok('rm', '-f', id);
  });

  it('a running container is removed only by force', async () => {
    const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
    const { exitCode, stderr } = await pouch('rm', id);
    assert.equal(exitCode, 1);
    assert.match(stderr, /running/);
    await ok('rm', '-f', id);
    assert.equal(await daemon.it.inspect(id), undefined);
  });

  it('wait returns exit codes, of ended containers too', async () => {
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'sleep 0.3; exit 9');
    assert.equal(await ok('wait', id), '9');
    assert.equal(await ok('wait', id), '9');
    await ok('rm', id);
  });

  it('events report its life in order', async () => {
    const since = String(Date.now() / 1000 - 0.001);
    const ended = await ok('run', '-d', '--name', 'eventful', 'busybox', 'sh', '-c', 'exit 2');
    await daemon.it.until(ended, 'exited');
    await ok('rm', 'eventful');
    const removed = await ok('run', '-d', 'busybox', 'sleep', '1000');
    await ok('rm', '-f', removed);
    const actions: Record<string, string[]> = { [ended]: [], [removed]: [] };
    const until = String(Date.now() / 1000);
    for await (const event of await daemon.it.client.system.events({ since, until }))
      actions[event.Actor.ID]?.push(event.Action);
    assert.deepEqual(actions[ended], ['create', 'start', 'die', 'destroy']);
    assert.deepEqual(actions[removed], ['create', 'start', 'kill', 'die', 'destroy']);
  });

  it('a container can be removed as soon as kill returns', async () => {
    for (let round = 0; round < 3; round++) {
      const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
      await ok('kill', id);
      await ok('rm', id);
    }
  });

  it('prune removes what does not run, and only that', async () => {
    const runs = await ok('run', '-d', '-l', 'pruned', 'busybox', 'sleep', '1000');
    const ended = await ok('run', '-d', '-l', 'pruned', 'busybox', 'true');
    await daemon.it.until(ended, 'exited');
    const made = await ok('create', '-l', 'pruned', 'busybox', 'true');
    const { ContainersDeleted } = await daemon.it.client.containers.prune({ label: ['pruned'] });
    assert.deepEqual([...ContainersDeleted!].sort(), [ended, made].sort());
    assert.equal((await inspect(runs)).State.Status, 'running');
    await ok('rm', '-f', runs);
  });

  it('an image in use is not removed, not even by prune', async () => {
    const id = await ok('create', 'busybox', 'true');
    assert.match(await ok('images', '--digest'), /sha256:/);
    const { exitCode, stderr } = await pouch('rmi', 'busybox');
    assert.equal(exitCode, 1);
    assert.match(stderr, /use/);
    await daemon.it.client.images.prune({ dangling: ['false'] });
    assert.equal(await ok('start', '-a', id), '');
    await ok('rm', id);
  });

  it('a call on no container names it', async () => {
    for (const verb of ['start', 'stop', 'kill', 'rm', 'logs']) {
      const { exitCode, stderr } = await pouch(verb, 'nobody');
      assert.equal(exitCode, 1, verb);
      assert.match(stderr, /No such container: nobody/, verb);
    }
  });

  it('many are made, run and removed side by side', async () => {
    const numbers = [...Array(12).keys()];
    const outputs = await Promise.all(numbers.map((n) => sh(`echo ${n}`)));
    assert.deepEqual(outputs, numbers.map(String));
  });
});
