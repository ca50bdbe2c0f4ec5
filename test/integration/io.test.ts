import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Deferred } from '../../core/wait/Deferred.ts';
import { ContainerIo, ExecStdio, readLogs, type OpenOptions, type StdioPaths } from '../../core/io/index.ts';
import { timestamp } from '../../core/io/log/clock.ts';
import { encodeEntry } from '../../core/io/log/entry.ts';
import { heldAtMost } from '../../core/io/log/RotatingFile.ts';
import { seededRandom } from '../support/seededRandom.ts';
import { sampleTests } from '../support/someOf.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import type { Logger, OutputChunk } from '../../hooks/index.ts';

const keeperCommand = [process.execPath, '--import', 'tsx', resolve('bin/pouch-logkeeper.ts')];

/** The processes of the test that runs. */
const children = new Set<ChildProcess>();

/** Stands for a container's process with its shim: holds both ends of the FIFOs, and closes them at the exit. */
function runOn(paths: StdioPaths, ...argv: [string, ...string[]]): ChildProcess {
  const open = (path: string) => (path === '' ? 'ignore' : openSync(path, constants.O_RDWR));
  const stdin =
    paths.stdin === '' ? 'ignore' : openSync(paths.stdin, constants.O_RDONLY | constants.O_NONBLOCK);
  const stdio = [stdin, open(paths.stdout), open(paths.stderr)] as const;
  const child = spawn(argv[0], argv.slice(1), { stdio: [...stdio] });
  for (const fd of stdio) if (typeof fd === 'number') closeSync(fd);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

const ended = async (child: ChildProcess) => void (child.exitCode ?? (await once(child, 'exit')));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((next) => setTimeout(next, 10));
}

const parsed = (line: string) => JSON.parse(line) as { log: string };

const firstNumbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function collect(output: AsyncIterable<OutputChunk>): Promise<Record<'stdout' | 'stderr', Buffer>> {
  const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  for await (const { stream, data } of output) parts[stream].push(data);
  return { stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr) };
}

describe("a container's output", function () {
  this.timeout(60_000);
  let stateDir = '';
  let io: ContainerIo;
  let warnings: string[] = [];
  let count = 0;
  let id = '';
  const note = (message: string, fields?: object) =>
    void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const log: Logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };

  const newIo = () => new ContainerIo({ stateDir, log, keeperCommand });
  const logPath = () => join(stateDir, `${id}.log`);
  const keeperPid = () =>
    (JSON.parse(readFileSync(join(stateDir, 'io/keeper.pid'), 'utf8')) as { pid: number }).pid;
  const open = (options: Partial<OpenOptions> = {}) =>
    io.open(id, { tty: false, stdin: false, logPath: logPath(), ...options });

  async function logged(): Promise<Record<'stdout' | 'stderr', Buffer>> {
    const query = { stdout: true, stderr: true, follow: false };
    return collect(readLogs(logPath(), query, { isDone: () => Promise.resolve() }));
  }

  /** Ends what a failed test has left, so that the next one does not fail for it. */
  async function endLeftovers(): Promise<void> {
    for (const child of children) child.kill('SIGKILL');
    for (const container of await io.known()) await io.finish(container);
  }

  before(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'pouch-io-'));
    io = newIo();
    await io.start();
  });

  beforeEach(() => {
    id = `container${++count}`;
    warnings = [];
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await endLeftovers();
    assert.deepEqual(await io.known(), [], 'the keeper holds no stream of a finished test');
    assert.deepEqual(
      readdirSync(join(stateDir, 'io')).filter((name) => name.startsWith('container')),
      [],
    );
  });

  after(async () => {
    await io.stop({ keeper: true });
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('is logged by stream, and reaches a subscriber', async () => {
    const paths = await open();
    const live = io.subscribe(id);
    await live.ready;
    const reading = collect(live);
    await ended(runOn(paths, 'sh', '-c', 'echo out; echo err >&2; printf end'));
    await io.finish(id);
    for (const got of [await reading, await logged()]) {
      assert.equal(got.stdout.toString(), 'out\nend');
      assert.equal(got.stderr.toString(), 'err\n');
    }
  });

  it('keeps every secret to the owner', async () => {
    const paths = await open({ stdin: true });
    for (const path of [
      paths.stdin,
      paths.stdout,
      paths.stderr,
      join(stateDir, 'io'),
      join(stateDir, 'io/keeper.sock'),
    ]) {
      assert.equal(statSync(path).mode & 0o077, 0, path);
    }
    await io.finish(id);
  });

  it('of a process that never started ends at once', async () => {
    await open();
    const live = io.subscribe(id);
    await live.ready;
    await io.finish(id);
    assert.equal((await collect(live)).stdout.length, 0);
    assert.equal(statSync(logPath()).size, 0);
  });

  it('cannot be subscribed to without a container', async () => {
    const live = io.subscribe('nobody');
    await assert.rejects(live.ready, { code: 'PCH_CONTAINER_NOT_RUNNING' });
    await assert.rejects(collect(live), { code: 'PCH_CONTAINER_NOT_RUNNING' });
  });

  it('has one stream with a tty', async () => {
    const paths = await open({ tty: true });
    assert.deepEqual([paths.stderr, paths.terminal], ['', true]);
    await ended(runOn(paths, 'echo', 'on the terminal'));
    await io.finish(id);
    assert.equal((await logged()).stdout.toString(), 'on the terminal\n');
  });

  it('is not logged if not asked for, and does not block', async () => {
    const paths = await open({ logPath: null });
    await ended(runOn(paths, 'head', '-c', '1000000', '/dev/zero'));
    await io.finish(id);
    assert.equal(existsSync(logPath()), false);
  });

  it('reaches a subscriber byte by byte, binary and large', async () => {
    const file = join(stateDir, 'binary');
    const content = randomBytes(8_000_000);
    writeFileSync(file, content);
    const paths = await open({ logPath: null });
    const live = io.subscribe(id);
    await live.ready;
    const reading = collect(live);
    await ended(runOn(paths, 'cat', file));
    await io.finish(id);
    assert.ok((await reading).stdout.equals(content));
  });

  it('is complete for a slow subscriber, and in the log meanwhile bounded', async () => {
    const paths = await open();
    const live = io.subscribe(id);
    await live.ready;
    const child = runOn(paths, 'seq', '1', '400000');
    // Nobody reads: the process must come to wait, with little in memory.
    await until(() => statSync(logPath(), { throwIfNoEntry: false }) !== undefined);
    let size = -1;
    await until(async () => {
      const before = size;
      await new Promise((next) => setTimeout(next, 200));
      return (size = statSync(logPath()).size) === before;
    });
    assert.equal(child.exitCode, null, 'the process waits');
    const reading = collect(live);
    await ended(child);
    await io.finish(id);
    const lines = (await reading).stdout.toString().trimEnd().split('\n');
    assert.equal(lines.length, 400_000);
    assert.equal(lines.at(-1), '400000');
    assert.ok((await logged()).stdout.toString().endsWith('\n400000\n'));
  });

  it('continues when a subscriber is stuck for too long, which gets an error that says so', async () => {
    const paths = await open();
    const live = io.subscribe(id, { stallMs: 300 });
    await live.ready;
    await ended(runOn(paths, 'seq', '1', '400000'));
    await io.finish(id);
    assert.ok((await logged()).stdout.toString().endsWith('\n400000\n'));
    await assert.rejects(collect(live), { code: 'PCH_ATTACH_TOO_SLOW' });
    assert.match(warnings.join(), /too slow/);
  });

  it('continues when a subscriber leaves', async () => {
    const paths = await open();
    const live = io.subscribe(id);
    await live.ready;
    const child = runOn(paths, 'seq', '1', '400000');
    const iterator = live[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    await ended(child);
    await io.finish(id);
    assert.ok((await logged()).stdout.toString().endsWith('\n400000\n'));
  });

  it('reaches several subscribers', async () => {
    const paths = await open();
    const lives = [io.subscribe(id), io.subscribe(id)];
    await Promise.all(lives.map((live) => live.ready));
    const reading = Promise.all(lives.map(collect));
    await ended(runOn(paths, 'seq', '1', '1000'));
    await io.finish(id);
    for (const { stdout } of await reading) assert.ok(stdout.toString().endsWith('\n1000\n'));
  });

  it('is given up at the deadline when a process outside holds the pipe', async () => {
    const paths = await open();
    const holder = runOn(paths, 'sleep', '30');
    await ended(runOn(paths, 'echo', 'done'));
    await io.finish(id, 200);
    assert.equal((await logged()).stdout.toString(), 'done\n');
    assert.match(warnings.join(), /the output still had a writer/);
    holder.kill('SIGKILL');
    await ended(holder);
  });

  it('is rotated', async () => {
    const paths = await open({ maxSize: 100_000, maxFile: 3 });
    await ended(runOn(paths, 'seq', '1', '10000'));
    await io.finish(id);
    const rotated = readdirSync(stateDir).filter((name) => name.startsWith(`${id}.log.`));
    assert.equal(rotated.length, 2);
    for (const name of rotated) assert.ok(statSync(join(stateDir, name)).size <= 100_000, name);
    assert.ok((await logged()).stdout.toString().endsWith('\n9999\n10000\n'));
  });

  it('does not stop for a full disk: lines wait in memory, and the log says how many were lost', async () => {
    const disk = join(stateDir, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    try {
      const logPath = join(disk, 'log');
      const paths = await open({ logPath });
      await ended(runOn(paths, 'seq', '1', '100000'));
      await until(() => warnings.some((warning) => /cannot write the log.*no space left/.test(warning)));
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      await io.finish(id);
      const entries = readFileSync(logPath, 'utf8').trimEnd().split('\n').map(parsed);
      const lost = Number(
        /^\[pouch: (\d+) lines lost: no space left on device\]/.exec(entries.at(-1)!.log)?.[1],
      );
      const numbers = entries.slice(0, -1).map(({ log }) => Number(log));
      assert.deepEqual(numbers, firstNumbers(100_000 - lost));
      assert.ok(
        numbers.length > 10_000,
        `${numbers.length} lines of some 90 bytes in 256 KiB and the memory`,
      );
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('that found no space is in the log once there is, though the container has ended', async () => {
    const disk = join(stateDir, 'disk');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    try {
      const logPath = join(disk, 'log');
      await ended(runOn(await open({ logPath }), 'seq', '1', '5000'));
      await io.finish(id);
      assert.ok(readFileSync(logPath, 'utf8').trimEnd().split('\n').length < 5000);
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      const isWhole = () => readFileSync(logPath, 'utf8').trimEnd().split('\n').length === 5000;
      assert.ok(await waitUntil(isWhole, { withinMs: 30_000 }));
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  describe('with rotated logs', () => {
    const files = () => readdirSync(stateDir).filter((name) => name.startsWith(`${id}.log`));
    const follow = (isDone: () => Promise<void>) =>
      readLogs(
        logPath(),
        { stdout: true, stderr: true, follow: true },
        { isDone, hold: () => io.holdLog(logPath()) },
      );

    it('reaches a follower whole, however small the files are', async () => {
      const paths = await open({ maxSize: 10_000, maxFile: 2 });
      const done = new Deferred();
      const following = collect(follow(() => done.promise));
      const child = runOn(paths, 'seq', '1', '50000');
      await ended(child);
      await io.finish(id);
      done.resolve();
      const { stdout, stderr } = await following;
      assert.deepEqual(stdout.toString().trimEnd().split('\n').map(Number), firstNumbers(50_000));
      assert.equal(stderr.toString(), '');
      assert.ok(await waitUntil(() => files().length === 2, { withinMs: 30_000 }), files().join(' '));
    });

    it('waits for a stuck follower in bounds, and reports what it has missed', async () => {
      const paths = await open({ maxSize: 100_000, maxFile: 2 });
      const done = new Deferred();
      const following = follow(() => done.promise)[Symbol.asyncIterator]();
      const first = following.next();
      const child = runOn(paths, 'sh', '-c', 'yes $(head -c 8000 /dev/zero | tr "\\0" x) | head -n 6000');
      await first;
      await ended(child);
      await io.finish(id);
      const kept = files().reduce((sum, name) => sum + statSync(join(stateDir, name)).size, 0);
      assert.ok(kept <= heldAtMost.bytes + 300_000, `${kept} bytes are kept`);
      done.resolve();
      const { stdout, stderr } = await collect(following);
      const lost = Number(
        /^\[pouch: (\d+) bytes of log were rotated away before they could be read\]\n$/.exec(
          stderr.toString(),
        )?.[1],
      );
      const read = stdout.toString().trimEnd().split('\n').length + 1;
      const entryBytes = encodeEntry('stdout', Buffer.from(`${'x'.repeat(8000)}\n`), timestamp()).length;
      assert.equal(lost / entryBytes + read, 6000);
      assert.ok(warnings.some((warning) => /reader of a log was too slow/.test(warning)));
      assert.ok(await waitUntil(() => files().length === 2, { withinMs: 30_000 }), files().join(' '));
    });
  });

  describe('while the daemon is away', () => {
    it('is complete in the log, and the next daemon adopts the keeper', async () => {
      const paths = await open();
      const pid = keeperPid();
      const go = join(stateDir, 'go');
      const script = 'while [ ! -e "$0" ]; do sleep 0.05; done; seq 1 100000; printf "last words"';
      const child = runOn(paths, 'sh', '-c', script, go);
      await io.stop({ keeper: false });
      writeFileSync(go, '');
      await ended(child);
      io = newIo();
      await io.start();
      assert.equal(keeperPid(), pid);
      assert.deepEqual(await io.known(), [id]);
      await io.finish(id);
      const lines = (await logged()).stdout.toString().split('\n');
      assert.deepEqual([lines.length, lines.at(-1)], [100_001, 'last words']);
    });
  });

  describe('when the keeper dies', function () {
    const killKeeper = () => process.kill(keeperPid(), 'SIGKILL');

    it('is lost neither to the log nor to a subscriber', async () => {
      const paths = await open();
      const live = io.subscribe(id);
      await live.ready;
      const reading = collect(live);
      // The chunk in its hand would be lost: it has read nothing.
      process.kill(keeperPid(), 'SIGSTOP');
      const child = runOn(
        paths,
        'sh',
        '-c',
        'printf "login: "; kill -9 $0; seq 1 100000',
        String(keeperPid()),
      );
      await ended(child);
      await io.finish(id);
      const lines = (await logged()).stdout.toString().trimEnd().split('\n');
      assert.deepEqual([lines[0], lines.at(-1)], ['login: 1', '100000']);
      assert.equal(lines.length, 100_000);
      assert.ok((await reading).stdout.toString().endsWith('\n100000\n'));
      assert.match(warnings.join(), /log keeper ended and is restarted/);
    });

    it('is complete though a state file is damaged, and no other container notices', async () => {
      const damages = ['null', '{"container":"../x","tty":false}'];
      const other = id;
      const bystander = runOn(await open(), 'sh', '-c', 'read line <&1; seq 1 3');
      for (const damage of damages) {
        id = `container${++count}`;
        const paths = await open();
        writeFileSync(join(stateDir, 'io', id, 'io.json'), damage);
        const pid = keeperPid();
        killKeeper();
        await until(() => keeperPid() !== pid);
        await ended(runOn(paths, 'seq', '1', '100000'));
        await io.finish(id);
        assert.ok((await logged()).stdout.toString().endsWith('\n100000\n'), damage);
      }
      assert.match(readFileSync(join(stateDir, 'io/keeper.log'), 'utf8'), /io\.json: .*expected/);
      assert.deepEqual(await io.known(), [other]);
      bystander.kill();
      await ended(bystander);
      await io.finish(other);
    });

    /** Lines of a reader that follows the log from before its first one. */
    async function followed(signal: AbortSignal): Promise<string[]> {
      const query = { stdout: true, stderr: true, follow: true };
      const isDone = () => once(signal, 'abort').then(() => undefined);
      return (await collect(readLogs(logPath(), query, { isDone }))).stdout.toString().trimEnd().split('\n');
    }

    /** The output of `seq 1 COUNT`, during which the keeper was killed three times: whether it is as it may be. */
    async function checkedLines(count = 300_000): Promise<string[]> {
      const lines = (await logged()).stdout.toString().trimEnd().split('\n');
      const isSeam = (line: string, index: number) =>
        index > 0 && Number(line) !== Number(lines[index - 1]) + 1;
      const seams = lines.filter(isSeam);
      const regular = lines.filter((line, index) => !isSeam(line, index));
      // A kill between reading a chunk and having it in a file leaves one seam: a line with the end of another, which
      // may read like a third one.
      assert.ok(seams.length <= 2 * 3, seams.join());
      assert.ok(lines.length >= count - 3 * 16_384, `${lines.length} lines`);
      assert.equal(new Set(regular).size, regular.length);
      return lines;
    }

    for (const [title, rotation] of [
      ['however often that is under load', {}],
      ['if each chunk fills several files', { maxSize: 50_000, maxFile: 999, lines: 100_000 }],
    ] as [string, Partial<OpenOptions> & { lines?: number }][])
      it(`is never doubled, and at most the chunk in hand is lost, ${title}`, async () => {
        const { lines: count = 300_000, ...options } = rotation;
        const random = seededRandom();
        const paths = await open(options);
        const follower = new AbortController();
        const following = followed(follower.signal);
        const child = runOn(paths, 'seq', '1', String(count));
        const exit = ended(child);
        const kills: string[] = [];
        while (kills.length < 3) {
          const pid = keeperPid();
          const afterMs = random.below(80);
          await new Promise((resolve) => setTimeout(resolve, afterMs));
          killKeeper();
          kills.push(`${afterMs} ms`);
          await until(() => keeperPid() !== pid);
          await io.known();
        }
        console.log(`      POUCH_TEST_SEED=${random.seed}: killed after ${kills.join(', ')}`);
        await exit;
        await io.finish(id);
        follower.abort();
        const lines = await checkedLines(count);
        assert.equal(lines.at(-1), String(count));
        assert.deepEqual(await following, lines);
      });

    it('is never doubled, and no more is lost, if that is while a file is compressed', async () => {
      const paths = await open({ maxSize: 500_000, maxFile: 99, compress: true });
      const child = runOn(paths, 'seq', '1', '300000');
      const exit = ended(child);
      const names = () => readdirSync(stateDir).filter((name) => name.startsWith(`${id}.log`));
      for (let kills = 0; kills < 3; kills++) {
        const pid = keeperPid();
        await until(() => names().some((name) => name.endsWith('.gz.new')) || child.exitCode !== null);
        killKeeper();
        await until(() => keeperPid() !== pid);
        await io.known();
      }
      await exit;
      await io.finish(id);
      await checkedLines();
      // The last kill may leave files that are compressed by the next run of the container.
      assert.ok(names().filter((name) => name.endsWith('.gz')).length > 5, names().join(' '));
    });

    it('is kept though the process ends before the next keeper has started', async () => {
      const paths = await open();
      killKeeper();
      await ended(runOn(paths, 'echo', 'in the FIFO'));
      await io.finish(id);
      assert.equal((await logged()).stdout.toString(), 'in the FIFO\n');
    });

    it('can be opened and subscribed to at the same moment', async () => {
      killKeeper();
      const paths = await open();
      killKeeper();
      const live = io.subscribe(id);
      await live.ready;
      const reading = collect(live);
      await ended(runOn(paths, 'echo', 'hello'));
      await io.finish(id);
      assert.equal((await reading).stdout.toString(), 'hello\n');
    });

    sampleTests(this);
  });

  describe('and its input', () => {
    it('gets what was written before it started, and its end', async () => {
      const paths = await open({ stdin: true });
      const stdin = await io.openStdin(id);
      stdin.end('early\n');
      await once(stdin, 'close');
      const child = runOn(paths, 'cat');
      await io.endInput(id);
      await ended(child);
      await io.finish(id);
      assert.equal((await logged()).stdout.toString(), 'early\n');
    });

    it('takes more than a pipe holds, as fast as the process reads', async () => {
      const paths = await open({ stdin: true });
      const stdin = await io.openStdin(id);
      stdin.end(Buffer.alloc(3_000_000, 'x'));
      const child = runOn(paths, 'wc', '-c');
      await io.endInput(id);
      await ended(child);
      await io.finish(id);
      assert.equal((await logged()).stdout.toString().trim(), '3000000');
    });

    it('is closed when the process ends without reading it', async () => {
      const paths = await open({ stdin: true });
      const stdin = await io.openStdin(id);
      stdin.write(Buffer.alloc(1_000_000));
      await ended(runOn(paths, 'true'));
      const closed = once(stdin, 'close');
      await io.finish(id);
      await closed;
    });
  });
});

describe('ExecStdio', () => {
  let directory = '';
  before(() => void (directory = mkdtempSync(join(tmpdir(), 'pouch-exec-'))));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const streams = { tty: false, stdin: false, stdout: true, stderr: true };

  it('carries input and both outputs', async () => {
    const stdio = await ExecStdio.create(directory, 'a', { ...streams, stdin: true });
    stdio.stdin?.end('in');
    const child = runOn(stdio.paths, 'sh', '-c', 'cat; echo err >&2');
    await stdio.endInput();
    await ended(child);
    const { stdout, stderr } = await collect(stdio.output);
    assert.deepEqual([stdout.toString(), stderr.toString()], ['in', 'err\n']);
    await stdio.close();
    assert.deepEqual(readdirSync(directory), []);
  });

  it('drops the output that was not asked for', async () => {
    const stdio = await ExecStdio.create(directory, 'a', { ...streams, stderr: false });
    await ended(runOn(stdio.paths, 'sh', '-c', 'seq 1 100000 >&2; echo out'));
    const { stdout, stderr } = await collect(stdio.output);
    assert.deepEqual([stdout.toString(), stderr.length], ['out\n', 0]);
    await stdio.close();
  });

  it('holds the process up while nobody reads, and loses nothing', async () => {
    const stdio = await ExecStdio.create(directory, 'a', streams);
    const child = runOn(stdio.paths, 'seq', '1', '400000');
    const first = await stdio.output[Symbol.asyncIterator]().next();
    await new Promise((next) => setTimeout(next, 300));
    assert.equal(child.exitCode, null);
    const rest = await collect(stdio.output);
    const text = Buffer.concat([(first.value as OutputChunk).data, rest.stdout]).toString();
    assert.equal(text.trimEnd().split('\n').length, 400_000);
    await stdio.close();
  });

  it('has no paths without streams', async () => {
    const stdio = await ExecStdio.create(directory, 'a', {
      tty: false,
      stdin: false,
      stdout: false,
      stderr: false,
    });
    assert.deepEqual(stdio.paths, { stdin: '', stdout: '', stderr: '', terminal: false });
    assert.equal((await collect(stdio.output)).stdout.length, 0);
    await stdio.close();
  });

  it('gives what was written when it is closed under a holder of the pipe', async () => {
    const stdio = await ExecStdio.create(directory, 'a', streams);
    const holder = runOn(stdio.paths, 'sleep', '30');
    await ended(runOn(stdio.paths, 'echo', 'out'));
    await stdio.close();
    assert.equal((await collect(stdio.output)).stdout.toString(), 'out\n');
    holder.kill('SIGKILL');
    await ended(holder);
  });
});
