import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import type { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Demultiplexer, type ExecCreateRequest, type LogOptions } from '../../client/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { RawClient } from '../support/RawClient.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('the streams of a container', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok, sh } = daemon;

  it('stdout and stderr arrive apart, whole and in order', async () => {
    const script = 'for i in $(seq 2000); do echo out $i; echo err $i >&2; done';
    const { stdout, stderr } = await pouch('run', '--rm', 'busybox', 'sh', '-c', script);
    const lines = (word: string) => [...Array(2000).keys()].map((i) => `${word} ${i + 1}\n`).join('');
    assert.equal(stdout, lines('out'));
    assert.equal(stderr, lines('err'));
  });

  it('stdin is read to its end with -i, and is empty without', async () => {
    const input = 'line\n'.repeat(50_000);
    const { stdout } = await daemon.it.pouchWith({ input }, 'run', '--rm', '-i', 'busybox', 'cat');
    assert.equal(stdout, input);
    assert.equal(await sh('cat; echo end'), 'end');
  });

  it('binary output is not changed', async () => {
    const script =
      'i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %03o $i)"; i=$((i+1)); done | od -An -tu1 -v';
    const seen = await sh(script);
    assert.deepEqual(seen.trim().split(/\s+/).map(Number), [...Array(256).keys()]);
  });

  describe('logs', () => {
    let id = '';
    before(async () => {
      // The order of what goes to two pipes at the same moment is nobody's.
      const script = 'echo error >&2; sleep 0.3; for i in 1 2 3 4 5; do echo line $i; done; printf unended';
      id = await ok('run', '-d', 'busybox', 'sh', '-c', script);
      await daemon.it.until(id, 'exited');
    });

    it('have both streams, each on its own', async () => {
      const { stdout, stderr } = await pouch('logs', id);
      assert.equal(stdout, 'line 1\nline 2\nline 3\nline 4\nline 5\nunended');
      assert.equal(stderr, 'error\n');
    });

    it('--tail prints the last lines', async () => {
      assert.equal((await pouch('logs', '-n', '2', id)).stdout, 'line 5\nunended');
      assert.equal((await pouch('logs', '-n', '0', id)).stdout, '');
    });

    it('--timestamps are times with nanoseconds', async () => {
      const [first] = (await ok('logs', '-t', id)).split('\n');
      assert.match(first!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 1$/);
    });

    it('--since and --until cut by time', async () => {
      const later = await ok(
        ...['run', '-d', 'busybox', 'sh', '-c', 'echo early; sleep 0.6; echo late; sleep 0.6; echo last'],
      );
      await daemon.it.until(later, 'exited');
      const lines = (await ok('logs', '-t', later)).split('\n').map((line) => line.split(' '));
      const aside = (ms: number) => new Date(Date.parse(lines[1]![0]!) + ms).toISOString();
      assert.equal(await ok('logs', '--since', aside(-200), later), 'late\nlast');
      assert.equal(await ok('logs', '--until', aside(200), later), 'early\nlate');
      await ok('rm', later);
    });

    it('of an unknown stream choice are an error', async () => {
      const none: LogOptions = { stdout: false, stderr: false };
      await assert.rejects(daemon.it.client.containers.logs(id, none), { code: /PCH_/ });
    });
  });

  it('logs --follow prints what is written until the end', async () => {
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.2; done');
    assert.equal(await ok('logs', '-f', id), '1\n2\n3');
    assert.equal(await ok('logs', '-f', id), '1\n2\n3');
    await ok('rm', id);
  });

  it('logs are rotated at their size and the newest are kept', async () => {
    const id = await ok(
      ...['run', '-d', '--log-opt', 'max-size=20k', '--log-opt', 'max-file=3', 'busybox'],
      ...['sh', '-c', 'for i in $(seq 3000); do echo line number $i; done'],
    );
    await daemon.it.until(id, 'exited');
    const directory = `${daemon.it.root}/containers/${id}`;
    const files = (await readdir(directory)).filter((name) => name.startsWith('container.log'));
    assert.equal(files.length, 3);
    for (const file of files) assert.ok((await stat(`${directory}/${file}`)).size <= 21 * 1024);
    const lines = (await ok('logs', id)).split('\n');
    assert.equal(lines.at(-1), 'line number 3000');
    assert.deepEqual(
      lines.map((line) => Number(line.split(' ').at(-1))),
      [...lines.keys()].map((i) => 3000 - lines.length + 1 + i),
    );
    await ok('rm', id);
  });

  it('--log-driver none keeps no log and says so', async () => {
    const id = await ok('run', '-d', '--log-driver', 'none', 'busybox', 'echo', 'x');
    await daemon.it.until(id, 'exited');
    const { exitCode, stderr } = await pouch('logs', id);
    assert.equal(exitCode, 1);
    assert.match(stderr, /keeps no log/);
    await ok('rm', id);
  });

  describe('a terminal', () => {
    it('is one for the container, with its size and both streams in one', async () => {
      const id = await daemon.it.createContainer({
        Tty: true,
        OpenStdin: true,
        Cmd: ['sh', '-c', 'tty; stty size; echo error >&2; read line; echo got $line'],
        HostConfig: { ConsoleSize: [30, 100] },
      });
      const streams = { stdin: true, stdout: true, stderr: true };
      const { socket } = await daemon.it.client.containers.attach(id, streams);
      await daemon.it.client.containers.start(id);
      const ended = once(socket, 'end');
      let seen = '';
      socket.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      // The terminal's echo comes at the moment of typing, whatever the command is about.
      assert.ok(await waitUntil(() => seen.includes('error'), { withinMs: 30_000 }), seen);
      socket.write('hello\n');
      await ended;
      socket.destroy();
      assert.match(seen, /^\/dev\/(pts\/0|console)\r\n30 100\r\nerror\r\nhello\r\ngot hello\r\n$/);
      await ok('rm', '-f', id);
    });

    it('is resized while it runs', async () => {
      const script = 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.1; done';
      const id = await daemon.it.runContainer({ Tty: true, Cmd: ['sh', '-c', script] });
      await untilLog(id, /ready/);
      await daemon.it.client.containers.resize(id, { height: 44, width: 155 });
      await daemon.it.until(id, 'exited');
      assert.match(await ok('logs', id), /44 155/);
      await ok('rm', id);
    });
  });

  describe('attach', () => {
    it('joins a running container and leaves it running', async () => {
      const id = await daemon.it.runContainer({ OpenStdin: true, Cmd: ['cat'] });
      const first = await attached(id);
      const second = await attached(id);
      first.write('to both\n');
      for (const socket of [first, second])
        assert.equal((await framesUntil(socket, (seen) => seen.includes('\n'))).toString(), 'to both\n');
      first.destroy();
      second.destroy();
      assert.equal((await daemon.it.inspect(id))?.State.Status, 'running');
      await ok('rm', '-f', id);
    });

    it('by the command ends with the container’s exit code', async () => {
      const script = 'sleep 0.5; echo bye; exit 6';
      const id = await ok('run', '-d', 'busybox', 'sh', '-c', script);
      const { exitCode, stdout } = await pouch('attach', id);
      assert.equal(exitCode, 6);
      assert.equal(stdout, 'bye\n');
      await ok('rm', id);
    });

    it('start -a returns output and exit code of a container that was created before', async () => {
      const id = await ok('create', 'busybox', 'sh', '-c', 'echo out; exit 3');
      const { exitCode, stdout } = await pouch('start', '-a', id);
      assert.deepEqual([exitCode, stdout], [3, 'out\n']);
      await ok('rm', id);
    });

    it('signals of the command go to the container', async () => {
      const client = spawn('bin/pouch', [
        ...['-H', daemon.it.host, 'run', '--rm', 'busybox', 'sh', '-c'],
        'trap "echo got it; exit 8" TERM; echo ready; while :; do sleep 0.1; done',
      ]);
      const output = text(client.stdout);
      await once(client.stdout, 'data');
      client.kill('SIGTERM');
      const [exitCode] = (await once(client, 'exit')) as [number];
      assert.equal(exitCode, 8);
      assert.match(await output, /got it/);
    });
  });

  describe('exec', () => {
    let id = '';
    before(async () => {
      id = await ok('run', '-d', '-e', 'OWN=own', '-w', '/var', 'busybox', 'sleep', '1000');
    });

    it('returns the exit code of its command', async () => {
      assert.equal((await pouch('exec', id, 'sh', '-c', 'exit 5')).exitCode, 5);
      assert.equal((await pouch('exec', id, 'no-such-command')).exitCode, 127);
      assert.equal((await pouch('exec', id, '/etc/passwd')).exitCode, 126);
    });

    it('has the container’s variables and directory, and its own', async () => {
      const show = ['sh', '-c', 'echo $OWN $NEW; pwd; id -u'];
      assert.equal(await ok('exec', '-e', 'NEW=new', id, ...show), 'own new\n/var\n0');
      assert.equal(await ok('exec', '-w', '/tmp', '-u', 'www-data', id, ...show), 'own\n/tmp\n33');
    });

    it('reads stdin to its end with -i', async () => {
      const input = 'word '.repeat(40_000);
      const { stdout } = await daemon.it.pouchWith({ input }, 'exec', '-i', id, 'wc', '-w');
      assert.equal(stdout.trim(), '40000');
    });

    it('keeps stdout and stderr apart', async () => {
      const { stdout, stderr } = await pouch('exec', id, 'sh', '-c', 'echo out; echo err >&2');
      assert.deepEqual([stdout, stderr], ['out\n', 'err\n']);
    });

    it('has a terminal that can be resized', async () => {
      // crun sets the first size after the process has started, so it may see SIGWINCH for that, too.
      const script =
        'trap "stty size" WINCH; stty size; until [ "$(stty size)" = "33 111" ]; do sleep 0.1; done; exit 4';
      const body: ExecCreateRequest = { Cmd: ['sh', '-c', script], Tty: true, AttachStdout: true };
      const { Id } = await daemon.it.client.execs.create(id, body);
      const { socket } = await daemon.it.client.execs.start(Id, { Tty: true, ConsoleSize: [20, 70] });
      const ended = once(socket, 'end');
      let seen = '';
      socket.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      assert.ok(await waitUntil(() => seen.includes('20 70'), { withinMs: 30_000 }), seen);
      await daemon.it.client.execs.resize(Id, { height: 33, width: 111 });
      assert.ok(await waitUntil(() => seen.includes('33 111'), { withinMs: 30_000 }), seen);
      await ended;
      socket.destroy();
      assert.equal((await daemon.it.client.execs.inspect(Id)).ExitCode, 4);
    });

    it('upgrades before it starts, and reports a failed start in the stream, to Docker’s clients', async () => {
      const socket = `${daemon.it.state}/pouchd.sock`;
      for (const [command, output, exitCode] of [
        ['true', /\r\n\r\n$/, 0],
        ['no-such-command', /executable file not found/, 127],
        ['/etc/passwd', /permission denied/, 126],
      ] as const) {
        const body = { Cmd: [command], AttachStdout: true, AttachStderr: true };
        const { Id } = await daemon.it.client.execs.create(id, body);
        const client = new RawClient(socket);
        client.upgrade(`/v1.43/exec/${Id}/start`, { Detach: false, Tty: false });
        assert.match(await client.until(/\r\n\r\n/), /^HTTP\/1\.1 101 UPGRADED\r\n.*\r\n\r\n$/s);
        assert.match(await client.untilEnd(), output);
        client.socket.destroy();
        assert.equal((await daemon.it.client.execs.inspect(Id)).ExitCode, exitCode);
      }
    });

    it('-d runs in the background', async () => {
      await ok('exec', '-d', id, 'sh', '-c', 'sleep 0.2; touch /tmp/done');
      const isDone = async () => (await pouch('exec', id, 'test', '-e', '/tmp/done')).exitCode === 0;
      assert.ok(await waitUntil(isDone, { withinMs: 30_000 }));
    });

    it('many at once each get their own output', async () => {
      const numbers = [...Array(10).keys()].map(String);
      assert.deepEqual(await Promise.all(numbers.map((n) => ok('exec', id, 'echo', n))), numbers);
    });

    it('is refused in a container that does not run', async () => {
      const made = await ok('create', 'busybox', 'true');
      const { exitCode, stderr } = await pouch('exec', made, 'true');
      assert.equal(exitCode, 1);
      assert.match(stderr, /is not running/);
      await ok('rm', made);
    });
  });

  it('top lists the container’s processes', async () => {
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'sleep 4321; true');
    await waitUntil(async () => (await ok('top', id)).includes('sleep 4321'), { withinMs: 30_000 });
    assert.match(await ok('top', id), /sleep 4321/);
    await ok('rm', '-f', id);
  });

  async function attached(id: string): Promise<Duplex> {
    const streams = { stdin: true, stdout: true, stderr: true };
    return (await daemon.it.client.containers.attach(id, streams)).socket;
  }

  async function untilLog(id: string, pattern: RegExp): Promise<void> {
    const found = await waitUntil(async () => pattern.test(await ok('logs', id)), { withinMs: 30_000 });
    assert.ok(found, `no ${pattern} in the log`);
  }
});

/** The payload of frames, until there is enough of it. */
async function framesUntil(socket: Readable, isEnough: (seen: Buffer) => boolean): Promise<Buffer> {
  const demultiplexer = new Demultiplexer();
  let seen: Buffer = Buffer.alloc(0);
  return await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      for (const { data } of demultiplexer.push(chunk)) seen = Buffer.concat([seen, data]);
      if (isEnough(seen)) resolve(seen);
    });
  });
}
