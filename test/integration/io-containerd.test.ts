import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packRuncOptions, type TaskIo } from '../../core/containerd/index.ts';
import { ContainerIo, ExecStdio, keeperNodeFlags, readLogs } from '../../core/io/index.ts';
import type { Logger, OutputChunk } from '../../hooks/index.ts';
import { busyboxSpec } from './support/busybox.ts';
import { TestContainerd } from './support/TestContainerd.ts';

/** What a terminal needs beyond busyboxSpec. */
const devices = [
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
  { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666'] },
];

async function collect(output: AsyncIterable<OutputChunk>): Promise<string> {
  let text = '';
  for await (const { data } of output) text += data.toString();
  return text;
}

describe("a container's output through a real shim", function () {
  this.timeout(60_000);
  let test: TestContainerd;
  let stateDir = '';
  let io: ContainerIo;
  let count = 0;
  let id = '';
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  const keeperCommand = [
    process.execPath,
    ...keeperNodeFlags,
    '--import',
    'tsx',
    resolve('bin/pouch-logkeeper.ts'),
  ];
  const newIo = () => new ContainerIo({ stateDir, log, keeperCommand });
  const logPath = () => join(stateDir, `${id}.log`);
  const keeperPid = () =>
    (JSON.parse(readFileSync(join(stateDir, 'io/keeper.pid'), 'utf8')) as { pid: number }).pid;

  before(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'pouch-io-'));
    io = newIo();
    [test] = await Promise.all([TestContainerd.start(), io.start()]);
  });

  beforeEach(() => {
    id = `io${++count}`;
  });

  after(async () => {
    await test.remove();
    await io.stop({ keeper: true });
    rmSync(stateDir, { recursive: true, force: true });
  });

  async function logged(): Promise<string> {
    const query = { stdout: true, stderr: true, follow: false };
    return collect(readLogs(logPath(), query, { isDone: () => Promise.resolve() }));
  }

  async function create(script: string, { tty = false, stdin = false } = {}): Promise<void> {
    const streams = await io.open(id, { tty, stdin, logPath: logPath() });
    await createTask(script, streams);
  }

  async function createTask(script: string, streams: TaskIo): Promise<void> {
    const spec = busyboxSpec(['sh', '-c', script], `${test.cgroup}/${id}`) as {
      process: object;
      mounts: object[];
    };
    await test.client.containers.create({
      id,
      runtime: { name: 'io.containerd.runc.v2', options: packRuncOptions({ root: join(test.dir, 'runc') }) },
      spec: {
        ...spec,
        process: { ...spec.process, terminal: streams.terminal },
        mounts: [...spec.mounts, ...devices],
      },
    });
    const source = join(test.dir, 'rootfs');
    const rootfs = [{ type: 'bind', source, target: '', options: ['rbind', 'rw'] }];
    await test.client.tasks.create({ containerId: id, rootfs, ...streams });
  }

  const start = () => test.client.tasks.start(id);
  const exit = () => test.client.tasks.wait(id, '', { deadlineMs: 30_000 });

  async function remove(): Promise<void> {
    await test.client.tasks.delete(id);
    await test.client.containers.delete(id);
  }

  it('is complete when finish resolves, soon after the exit', async () => {
    await create('i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo -n end; echo err >&2');
    const live = io.subscribe(id);
    await live.ready;
    const reading = collect(live);
    await start();
    await exit();
    const from = performance.now();
    await io.finish(id);
    assert.ok(performance.now() - from < 1000, 'the shim closes the FIFOs at the exit');
    assert.match(await logged(), /line 2999\n(err\n)?end/);
    assert.match(await reading, /line 2999\n(err\n)?end/);
    await remove();
  });

  it('echoes its input, and ends with it', async () => {
    await create('cat', { stdin: true });
    const stdin = await io.openStdin(id);
    stdin.write('hello\n');
    await start();
    await new Promise((done) => stdin.end(done));
    await io.endInput(id);
    await test.client.tasks.closeStdin(id);
    assert.equal((await exit()).exitStatus, 0);
    await io.finish(id);
    assert.equal(await logged(), 'hello\n');
    await remove();
  });

  it('has a terminal', async () => {
    await create('read line; echo "got $line"; ls -l /proc/self/fd/1', { tty: true, stdin: true });
    const stdin = await io.openStdin(id);
    await start();
    stdin.write('typed\n');
    await exit();
    await io.finish(id);
    assert.match(await logged(), /typed\r\ngot typed\r\n.*\/dev\/pts\/0/);
    await remove();
  });

  it('neither blocks nor is lost while the daemon is away', async () => {
    await create('i=0; while [ $i -lt 20000 ]; do echo "a line that fills the pipe $i"; i=$((i+1)); done');
    await io.stop({ keeper: false });
    await start();
    await exit();
    io = newIo();
    await io.start();
    assert.deepEqual(await io.known(), [id]);
    await io.finish(id);
    const lines = (await logged()).trimEnd().split('\n');
    assert.deepEqual([lines.length, lines.at(-1)], [20_000, 'a line that fills the pipe 19999']);
    await remove();
  });

  it('continues when the keeper is killed, and loses at most the chunk that it holds', async () => {
    await create('i=0; while [ $i -lt 20000 ]; do echo "a line that fills the pipe $i"; i=$((i+1)); done');
    await start();
    process.kill(keeperPid(), 'SIGKILL');
    await exit();
    await io.finish(id);
    const lines = (await logged()).trimEnd().split('\n');
    const mostLost = (64 * 1024) / 'a line that fills the pipe 0\n'.length;
    assert.ok(lines.length > 20_000 - mostLost, `${lines.length} lines`);
    assert.equal(lines.at(-1), 'a line that fills the pipe 19999');
    await remove();
  });

  it('is available to an exec process too', async () => {
    await create('sleep 30');
    await start();
    const streams = { tty: false, stdin: true, stdout: true, stderr: true };
    const stdio = await ExecStdio.create(join(stateDir, 'exec'), 'x', streams);
    const process = {
      args: ['sh', '-c', 'cat; echo err >&2'],
      cwd: '/',
      env: ['PATH=/bin'],
      user: { uid: 0, gid: 0 },
    };
    await test.client.tasks.exec({ containerId: id, execId: 'x', process, ...stdio.paths });
    await test.client.tasks.start(id, 'x');
    await new Promise<void>((done) => stdio.stdin?.end('in\n', done));
    await stdio.endInput();
    await test.client.tasks.closeStdin(id, 'x');
    assert.deepEqual((await collect(stdio.output)).split('\n').sort(), ['', 'err', 'in']);
    await test.client.tasks.wait(id, 'x', { deadlineMs: 10_000 });
    await test.client.tasks.deleteProcess(id, 'x');
    await stdio.close();
    await test.client.tasks.kill(id, 9);
    await exit();
    await io.finish(id);
    await remove();
  });
});
