import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import type { LogLine } from '../../hooks/index.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const file = resolve(import.meta.dirname, 'support/plugins/badLogDrivers.ts');
const guide = resolve(import.meta.dirname, '../../docs/guides/log-drivers.md');

/** Of `write`: how it fails, and what the user reads. */
const faults: Record<string, RegExp> = {
  throw: /the server is away/,
  'throw-after': /the server is away \(after\)/,
  hang: /write of the log driver files did not end within 1000 ms/,
  spin: /did not end within 1000 ms/,
  kill: /process/,
  'kill-after': /process/,
  exit: /process/,
  flood: /process|line|did not end/,
};

describe('log drivers', function () {
  this.timeout(180_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const dir = () => at('logs');
  const grants = () => `    grants: { paths: { write: ['${dir()}'] } }\n`;
  const entry = (more = grants()) =>
    `  - path: ${at('badLogDrivers.ts')}\n    options: { dir: '${dir()}' }\n${more}`;
  const set = async (fault: string) => await writeFile(join(dir(), `fault-${fault}`), '');
  const clear = async (fault: string) => await rm(join(dir(), `fault-${fault}`), { force: true });
  /** What the driver has got, with repetitions. */
  const lines = async (name: string): Promise<LogLine[]> => {
    const text = await readFile(join(dir(), `${name}.lines`), 'utf8').catch(() => '');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  };
  /** Each once, in the order of their first delivery. */
  const texts = async (name: string) => [...new Set((await lines(name)).map(({ text }) => text))];
  const until = async (what: string, condition: () => Promise<boolean>) =>
    assert.ok(await waitUntil(condition, { withinMs: 30_000, everyMs: 50 }), what);
  const has = async (name: string, expected: readonly string[]) => {
    await until(
      `${name}: ${expected.length} lines`,
      async () => (await texts(name)).length >= expected.length,
    );
    assert.deepEqual(await texts(name), expected);
  };
  const count = (to: number) => Array.from({ length: to }, (_, i) => `line ${i + 1}`);
  const script = (to: number) => `for i in $(seq ${to}); do echo line $i; done`;
  const start = (name: string, command: string, ...more: string[]) =>
    ok('run', '-d', '--name', name, '--log-driver', 'files', ...more, 'busybox', 'sh', '-c', command);
  const delivery = async (name: string) =>
    JSON.parse(await ok('inspect', '--format', '{{json .LogDelivery}}', name)) as {
      Waiting: number;
      Lost: number;
      Problem?: string;
    };
  const events = async (action: string) => {
    const now = String(Math.floor(Date.now() / 1000));
    const found = await ok('events', '--since', '0', '--until', now, '--filter', `event=${action}`);
    return found.split('\n').filter((line) => line !== '');
  };

  let runs = 0;
  /** A plain container, and one whose lines are delivered. */
  async function plainRun(): Promise<void> {
    assert.equal(await daemon.sh('echo hello'), 'hello');
    const name = `plain${(runs += 1)}`;
    await start(name, 'echo one; echo two >&2');
    await until('two lines', async () => (await lines(name)).length >= 2);
    assert.deepEqual((await texts(name)).toSorted(), ['one', 'two']);
    await ok('rm', '-f', name);
  }

  before(async () => {
    await mkdir(dir());
    await chmod(dir(), 0o1777);
    await cp(file, at('badLogDrivers.ts'));
    await daemon.it.configure(`plugins:\n${entry()}`);
    await ok('plugin', 'reload');
  });

  afterEach(async () => {
    for (const name of await readdir(dir())) if (name.startsWith('fault-')) await rm(join(dir(), name));
    const left = (await ok('ps', '-aq')).split('\n').filter((id) => id !== '');
    if (left.length > 0) await ok('rm', '-f', ...left);
  });

  it('lines are delivered in order, with stream and time, and `pouch logs` has them too', async () => {
    await start('first', `printf '%s\\n' one 'two  äö'; echo three >&2; printf end`);
    await until('four lines', async () => (await lines('first')).length === 4);
    const got = await lines('first');
    assert.deepEqual(got.map(({ text }) => text).toSorted(), ['end', 'one', 'three', 'two  äö']);
    assert.deepEqual(
      got.filter(({ stream }) => stream === 'stderr').map(({ text }) => text),
      ['three'],
    );
    assert.equal(got.find(({ text }) => text === 'end')?.partial, true);
    assert.match(got[0]!.time, /^\d{4}-.*\.\d{9}Z$/);
    assert.match(await ok('logs', 'first'), /^one\ntwo {2}äö$/m);
    assert.equal(await ok('inspect', '--format', '{{.HostConfig.LogConfig.Type}}', 'first'), 'files');
    assert.deepEqual(await delivery('first'), { Waiting: 0, Lost: 0 });
    const info = await ok('info', '--format', '{{json .Plugins.Log}}');
    assert.deepEqual(JSON.parse(info), ['files', 'good', 'journald', 'json-file', 'local', 'none', 'syslog']);
    await ok('rm', 'first');
    await plainRun();
  });

  it('an unknown driver, a bad option and what `check` refuses fail create and plan', async () => {
    const expected: [string[], RegExp][] = [
      [['--log-driver', 'fles'], /--log-driver: no log driver is named "fles"/],
      [['--log-driver', 'files', '--log-opt', 'lvel=1'], /no log option is named "lvel"/],
      [['--log-driver', 'files', '--log-opt', 'level=x'], /--log-opt: .*level must be integer/],
      [['--log-driver', 'files', '--log-opt', 'level=9'], /level is at most 5/],
      [['--log-driver', 'files', '--log-opt', 'max-undelivered=x'], /expected a size such as 10m/],
      [['--log-driver', 'local', '--log-opt', 'cmpress=true'], /known are max-size, max-file and compress/],
      [
        ['--log-driver', 'local', '--log-opt', 'compress=yes'],
        /--log-opt compress: expected true or false, found "yes"/,
      ],
      [['--log-opt', 'compress=true', '--log-opt', 'max-file=1'], /expected files that are rotated and kept/],
      [['--log-opt', 'compress=true', '--log-opt', 'max-size=-1'], /a max-size of -1/],
      [['--log-driver', 'syslog', '--log-opt', 'syslog-address=logs:514'], /expected an address/],
      [['--log-driver', 'syslog', '--log-opt', 'tag={{.Nme}}'], /expected a field of the container/],
    ];
    for (const [options, problem] of expected)
      for (const call of [['create'], ['plan', 'run']]) {
        const { exitCode, stderr } = await pouch(...call, ...options, 'busybox', 'true');
        assert.notEqual(exitCode, 0, options.join(' '));
        assert.match(stderr, problem);
      }
    await set('check');
    const { stderr } = await pouch('create', '--log-driver', 'files', 'busybox');
    assert.match(stderr, /the server is away \(check\)/);
    assert.match(stderr, /plugin bad-log-drivers/);
    await clear('check');
    assert.equal(await ok('ps', '-aq'), '');
    await plainRun();
  });

  it('local and compress=true: `logs` reads compressed files, also while they come into being', async () => {
    const directory = async (name: string) =>
      join(daemon.it.dir, 'root/containers', await ok('inspect', '--format', '{{.Id}}', name));
    const compressed = async (name: string) =>
      (await readdir(await directory(name))).filter((file) => file.endsWith('.gz')).length;
    const waiting = (to: number) => `while [ ! -e /go ]; do sleep 0.05; done; seq 1 ${to}`;
    for (const [name, ...options] of [
      ['small', '--log-driver', 'local'],
      ['compressed', '--log-opt', 'compress=true'],
    ] as const) {
      const limits = ['--log-opt', 'max-size=100k', '--log-opt', 'max-file=9', '--log-opt', 'labels=tier'];
      await ok(
        ...['run', '-d', '--name', name, ...options, ...limits, '--label', 'tier=front'],
        ...['busybox', 'sh', '-c', waiting(6000)],
      );
      const following = ok('logs', '-f', name);
      const since = new Date().toISOString();
      await ok('exec', name, 'touch', '/go');
      const whole = Array.from({ length: 6000 }, (_, n) => String(n + 1)).join('\n');
      assert.equal(await following, whole, 'it misses nothing while files are rotated and compressed');
      await until('compressed files', async () => (await compressed(name)) >= 4);
      assert.equal(await ok('logs', name), whole);
      assert.equal(await ok('logs', '--since', since, name), whole);
      assert.equal(await ok('logs', '--until', since, name), '');
      const tail = (await ok('logs', '--tail', '5000', '--timestamps', '--details', name)).split('\n');
      assert.equal(tail.length, 5000);
      assert.match(tail[0]!, /^\d{4}-\S+Z tier=front 1001$/);
    }
    const small = await directory('small');
    const damaged = (await readdir(small)).find((file) => file.endsWith('.gz'))!;
    await writeFile(join(small, damaged), 'not gzip');
    const { exitCode, stdout, stderr } = await pouch('logs', 'small');
    assert.equal(exitCode, 0);
    assert.match(stderr, new RegExp(`bytes of log cannot be read: ${damaged} is damaged`));
    assert.match(stdout, /\n6000\n$/);
    await plainRun();
  });

  describe('what fails or is cut off', function () {
    it('a driver that returns garbage has taken the lines; another container of another driver continues', async () => {
      await set('garbage');
      await start('garbage', script(3));
      await has('garbage', count(3));
      await clear('garbage');
      await set('hang');
      await start('stuck', script(3));
      await ok('run', '-d', '--name', 'well', '--log-driver', 'good', 'busybox', 'sh', '-c', script(3));
      await has('well', count(3));
      await clear('hang');
      await has('stuck', count(3));
      await ok('rm', 'garbage', 'stuck', 'well');
      await plainRun();
    });

    it('a plugin that is gone: lines wait for it, also over a restart of pouchd and the end of the container', async () => {
      await set('throw');
      await start('gone', script(10));
      await daemon.it.until(await ok('inspect', '--format', '{{.Id}}', 'gone'), 'exited');
      await daemon.it.configure('');
      await ok('plugin', 'reload');
      await until('a problem', async () =>
        /no plugin provides the log driver files/.test((await delivery('gone')).Problem ?? ''),
      );
      await clear('throw');
      await daemon.it.restart();
      await until('a problem', async () => /no plugin/.test((await delivery('gone')).Problem ?? ''));
      await daemon.it.configure(`plugins:\n${entry()}`);
      await ok('plugin', 'reload');
      await has('gone', count(10));
      await ok('start', 'gone');
      await until('more lines', async () => (await lines('gone')).length >= 20);
      await ok('rm', '-f', 'gone');
      await plainRun();
    });

    it('pouchd, killed again and again while a container writes and its log is rotated: no line is lost', async () => {
      const options = ['--log-opt', 'max-size=4k', '--log-opt', 'max-file=1'];
      await start(
        'killed',
        `i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; usleep 1000; done`,
        ...options,
      );
      for (const enough of [100, 500, 1000]) {
        await until(`${enough} lines`, async () => (await texts('killed')).length >= enough);
        await daemon.it.kill9();
        await daemon.it.start();
      }
      await has('killed', count(3000));
      assert.deepEqual(await delivery('killed'), { Waiting: 0, Lost: 0 });
      assert.deepEqual(await events('log_lost'), []);
      await ok('rm', '-f', 'killed');
      await plainRun();
    });

    it('files that had to be given up are reported once, and later lines are delivered', async () => {
      await set('throw');
      const sizes = ['max-size=2k', 'max-file=1', 'max-undelivered=4k'];
      await start('lossy', script(500), ...sizes.flatMap((size) => ['--log-opt', size]));
      await daemon.it.until(await ok('inspect', '--format', '{{.Id}}', 'lossy'), 'exited');
      await clear('throw');
      await until('the last line', async () => (await texts('lossy')).includes('line 500'));
      await until('settled', async () => (await delivery('lossy')).Waiting === 0);
      const got = await texts('lossy');
      const numbers = (all: readonly string[], form: RegExp) =>
        all.flatMap((text) => Number(form.exec(text)?.[1] ?? NaN)).filter((number) => !Number.isNaN(number));
      const noted = numbers(got, /^\[pouch: (\d+) bytes of log were removed before/);
      const bytesOf = (text: string) =>
        JSON.stringify({ log: `${text}\n`, stream: 'stdout', time: 'x'.repeat(30) }).length + 1;
      const missing = count(500).filter((text) => !got.includes(text));
      const lost = missing.reduce((sum, text) => sum + bytesOf(text), 0);
      assert.ok(missing.length > 100 && missing.length < 500, `${missing.length} lines are missing`);
      assert.equal(
        noted.reduce((sum, bytes) => sum + bytes, 0),
        lost,
      );
      assert.equal((await delivery('lossy')).Lost, lost);
      assert.deepEqual(numbers(await events('log_lost'), /bytes=(\d+)/), noted);
      await daemon.it.restart();
      assert.deepEqual(await events('log_lost'), []);
      await ok('rm', 'lossy');
      await plainRun();
    });

    it('a removal waits for a driver that hangs, but not forever, and reports what is lost', async () => {
      await set('throw');
      await start('removed', script(5));
      await until('a problem', async () => (await delivery('removed')).Problem !== undefined);
      const started = performance.now();
      await ok('rm', '-f', 'removed');
      assert.ok(performance.now() - started < 15_000);
      assert.match((await events('log_lost')).at(-1)!, /bytes=\d+.*error=.*the server is away/);
      await clear('throw');
      await ok('run', '--rm', '--name', 'rm-rest', '--log-driver', 'files', 'busybox', 'sh', '-c', script(5));
      await has('rm-rest', count(5));
      await plainRun();
    });

    sampleTests(this);
  });

  it('in pouchd itself: the same', async () => {
    await daemon.it.configure(`plugins:\n${entry('    isolation: in-process\n')}`);
    await ok('plugin', 'reload');
    for (const fault of someOf(['throw', 'throw-after', 'hang'])) {
      await set(fault);
      await start(`in-${fault}`, script(5));
      await until('a problem', async () => (await delivery(`in-${fault}`)).Problem !== undefined);
      await clear(fault);
      await has(`in-${fault}`, count(5));
      await ok('rm', '-f', `in-${fault}`);
    }
    await plainRun();
  });

  it('the driver in Python of the guide works', async () => {
    const python = at('spool');
    await writeFile(python, /```python\n([^]*?)```/.exec(await readFile(guide, 'utf8'))![1]!);
    await chmod(python, 0o755);
    await daemon.it.configure(`plugins:\n${entry()}  - path: ${python}\n${grants()}`);
    await ok('plugin', 'reload');
    const spool = join(dir(), 'spool.txt');
    const options = ['--log-driver', 'spool', '--log-opt', `file=${spool}`];
    await ok('run', '-d', '--name', 'spooled', ...options, 'busybox', 'sh', '-c', script(3));
    const read = async () => (await readFile(spool, 'utf8').catch(() => '')).match(/stdout line \d$/gm) ?? [];
    await until('three lines', async () => (await read()).length === 3);
    await ok('rm', 'spooled');
    await plainRun();
  });

  describe('a driver with a fault', function () {
    before(async () => {
      await daemon.it.configure(`plugins:\n${entry()}`);
      await ok('plugin', 'reload');
    });

    for (const [fault, problem] of Object.entries(faults))
      it(`${fault}: lines wait, nothing else does, and they are delivered without the fault`, async () => {
        const name = `bad-${fault}`;
        await set(fault);
        await start(name, `${script(20)}; sleep 1000`);
        await until('a problem', async () => problem.test((await delivery(name)).Problem ?? ''));
        assert.ok((await delivery(name)).Waiting > 0);
        assert.match(await ok('logs', name), /^line 20$/m);
        assert.match(
          (await events('log_failed')).at(-1)!,
          new RegExp(`name=${name}.*driver=files|driver=files.*name=${name}`),
        );
        assert.match(
          (await pouch('info')).stdout + (await pouch('info')).stderr,
          /log driver files: \d+ bytes/,
        );
        assert.equal(await daemon.sh('echo hello'), 'hello');
        await clear(fault);
        await has(name, count(20));
        await until('no problem', async () => (await delivery(name)).Problem === undefined);
        assert.ok((await events('log_resumed')).length > 0);
        await ok('rm', '-f', name);
        await plainRun();
      });

    sampleTests(this);
  });

  describe('syslog', function () {
    const run = async (address: string, ...more: string[]) => {
      const options = ['--log-driver', 'syslog', '--log-opt', `syslog-address=${address}`, ...more];
      const command = ['busybox', 'sh', '-c', 'echo out; echo err >&2'];
      await ok('run', '-d', '--name', 'sys', ...options, ...command);
    };
    const check = async (messages: () => readonly string[], tag: string) => {
      await until('two messages', async () => messages().length >= 2);
      const form = (priority: number, text: string) =>
        new RegExp(`^<${priority}>1 \\d{4}-[\\dT:.-]{21}Z \\S+ ${tag} [0-9a-f]{12} - - ${text}$`);
      assert.match(
        messages().find((message) => message.endsWith('out'))!,
        form(30, 'out'),
      );
      assert.match(
        messages().find((message) => message.endsWith('err'))!,
        form(27, 'err'),
      );
      await ok('rm', '-f', 'sys');
    };

    it('over UDP', async () => {
      const server = createSocket('udp4').unref();
      const got: string[] = [];
      server.on('message', (message) => got.push(message.toString()));
      server.bind(0, '127.0.0.1');
      await once(server, 'listening');
      await run(`udp://127.0.0.1:${server.address().port}`);
      await check(() => got, '[0-9a-f]{12}');
      server.close();
    });

    it('over TCP, with its tag; a server that is away for a while gets the lines later', async () => {
      const got: string[] = [];
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('data', (data) => got.push(...(data.toString().match(/<\d+>1 .*?(?=\d+ <|$)/g) ?? [])));
      });
      server.unref().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      server.close();
      await once(server, 'close');
      await run(`tcp://127.0.0.1:${port}`, '--log-opt', 'tag=app/{{.Name}}');
      await until('a problem', async () => /ECONNREFUSED/.test((await delivery('sys')).Problem ?? ''));
      server.listen(port, '127.0.0.1');
      await check(() => got, 'app/sys');
      for (const socket of sockets) socket.destroy();
      server.close();
    });

    it('over a Unix socket', async () => {
      const path = at('dev-log');
      const receiver =
        'import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\ns.bind(sys.argv[1])\n' +
        'print("ready",flush=True)\nwhile True: print(s.recv(65536).decode(),flush=True)';
      const python = spawn('/usr/bin/python3', ['-c', receiver, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        let text = '';
        python.stdout.on('data', (data: Buffer) => (text += data.toString()));
        await until('the receiver', () => Promise.resolve(text.startsWith('ready')));
        await run(`unix://${path}`);
        await check(() => text.split('\n').slice(1, -1), '[0-9a-f]{12}');
      } finally {
        python.kill('SIGKILL');
      }
      await plainRun();
    });

    sampleTests(this);
  });

  it('journald: a real journal has the lines with Docker’s fields, also after it was away', async () => {
    const namespace = `pouch-${basename(daemon.it.dir)}`;
    const journals = async () =>
      (await readdir('/var/log/journal').catch(() => [])).filter((name) => name.endsWith(`.${namespace}`));
    const start = () => spawn('/lib/systemd/systemd-journald', [namespace], { stdio: 'ignore' });
    const entries = async () => {
      const args = [`--namespace=${namespace}`, '--output=json', '--no-pager', 'CONTAINER_NAME=logged'];
      const { stdout } = await execa('journalctl', args, { reject: false });
      return stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, string>);
    };
    let journald: ReturnType<typeof spawn> | undefined;
    try {
      const options = ['--label', 'io.example.team=data\nbase', '--log-opt', 'labels=io.example.team,nosuch'];
      const driver = ['--log-driver', 'journald', '--log-opt', `journald-namespace=${namespace}`];
      const command = ['busybox', 'sh', '-c', 'echo out; echo err >&2'];
      await ok('run', '-d', '--name', 'logged', ...driver, ...options, '--log-opt', 'tag=app', ...command);
      await until('a problem', async () => /ENOENT/.test((await delivery('logged')).Problem ?? ''));
      journald = start();
      await until('two entries', async () => (await entries()).length >= 2);
      const found = (await entries()).map((entry) => [
        ...['MESSAGE', 'PRIORITY', 'SYSLOG_IDENTIFIER', 'IO_EXAMPLE_TEAM', 'IMAGE_NAME'].map(
          (name) => entry[name],
        ),
      ]);
      const image = found[0]?.[4];
      assert.match(image ?? '', /busybox/);
      assert.deepEqual(found.toSorted(), [
        ['err', '3', 'app', 'data\nbase', image],
        ['out', '6', 'app', 'data\nbase', image],
      ]);
      await ok('rm', '-f', 'logged');
    } finally {
      journald?.kill('SIGKILL');
      for (const name of await journals()) await rm(join('/var/log/journal', name), { recursive: true });
      await rm(`/run/systemd/journal.${namespace}`, { recursive: true, force: true });
    }
    await plainRun();
  });
});
