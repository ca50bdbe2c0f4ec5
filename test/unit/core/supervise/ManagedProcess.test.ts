import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PouchError } from '../../../../hooks/errors.ts';
import {
  identify,
  isAlive,
  ManagedProcess,
  type ManagedProcessOptions,
  type ProcessEvent,
} from '../../../../core/supervise/index.ts';
import { findByArguments } from '../../../../core/supervise/findProcess.ts';
import { waitUntil } from '../../../../core/wait/waitUntil.ts';

/** A child that serves once it has created the file, by default. */
const serve = 'require("node:fs").writeFileSync(process.argv[1], ""); setInterval(() => {}, 1000);';

describe('a managed process', function () {
  this.timeout(30_000);
  let dir: string;
  let events: ProcessEvent[];
  let processes: ManagedProcess[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-managed-'));
    [events, processes] = [[], []];
  });
  afterEach(async () => {
    for (const one of processes) await one.stop();
    await rm(dir, { recursive: true });
  });

  function manage(script = serve, options: Partial<ManagedProcessOptions> = {}): ManagedProcess {
    const readyFile = join(dir, 'ready');
    const one = new ManagedProcess({
      name: 'server',
      command: process.execPath,
      args: ['-e', script, readyFile],
      pidFile: join(dir, 'pid'),
      logFile: join(dir, 'log'),
      isReady: async () => existsSync(readyFile),
      readyWithinMs: 10_000,
      stopWithinMs: 2_000,
      backoff: { minMs: 10, maxMs: 40 },
      onEvent: (event) => events.push(event),
      ...options,
    });
    processes.push(one);
    return one;
  }

  const pidOf = (one: ManagedProcess) => one.state().pid as number;
  const restarted = (one: ManagedProcess, count = 1) =>
    waitUntil(() => one.state().phase === 'running' && one.state().restarts >= count, { withinMs: 10_000 });

  it('is started in a new session and is ready when start resolves', async () => {
    const one = manage();
    await one.start();
    assert.deepEqual(one.state(), {
      name: 'server',
      phase: 'running',
      pid: pidOf(one),
      adopted: false,
      restarts: 0,
      logFile: join(dir, 'log'),
    });
    const session = readFileSync(`/proc/${pidOf(one)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ')[3];
    assert.equal(session, String(pidOf(one)));
  });

  it('is ended by stop, and its pid file is removed', async () => {
    const one = manage();
    await one.start();
    const running = identify(pidOf(one));
    await one.stop();
    assert.ok(running && !isAlive(running));
    assert.equal(existsSync(join(dir, 'pid')), false);
    assert.equal(one.state().phase, 'stopped');
  });

  it('that ignores SIGTERM is killed', async () => {
    const one = manage(`process.on("SIGTERM", () => {}); ${serve}`, { stopWithinMs: 300 });
    await one.start();
    const running = identify(pidOf(one));
    await one.stop();
    assert.ok(running && !isAlive(running));
  });

  it('is restarted when it ends, and the reason is reported', async () => {
    const one = manage();
    await one.start();
    const pid = pidOf(one);
    process.kill(pid, 'SIGKILL');
    assert.ok(await restarted(one));
    assert.notEqual(pidOf(one), pid);
    assert.deepEqual(events[1], { type: 'exited', pid, code: null, signal: 'SIGKILL', restartInMs: 10 });
  });

  it('that ends repeatedly is restarted after increasing delays', async () => {
    const one = manage();
    await one.start();
    for (const round of [1, 2, 3, 4]) {
      process.kill(pidOf(one), 'SIGKILL');
      assert.ok(await restarted(one, round));
    }
    const pauses = events.flatMap((event) => (event.type === 'exited' ? [event.restartInMs] : []));
    assert.deepEqual(pauses, [10, 20, 40, 40]);
  });

  it('that fails to restart is restarted until it works', async () => {
    const one = manage(
      `if (require("node:fs").existsSync(process.argv[1] + ".broken")) process.exit(3); ${serve}`,
    );
    await one.start();
    writeFileSync(join(dir, 'ready.broken'), '');
    rmSync(join(dir, 'ready'));
    process.kill(pidOf(one), 'SIGKILL');
    assert.ok(
      await waitUntil(() => events.some((event) => event.type === 'restart-failed'), { withinMs: 10_000 }),
    );
    rmSync(join(dir, 'ready.broken'));
    assert.ok(await restarted(one));
  });

  it('that was detached is adopted by the next daemon, which notices its end', async () => {
    const first = manage();
    await first.start();
    const pid = pidOf(first);
    first.detach();
    const second = manage();
    await second.start();
    assert.deepEqual([second.state().pid, second.state().adopted], [pid, true]);
    process.kill(pid, 'SIGKILL');
    assert.ok(await restarted(second));
    assert.equal(second.state().adopted, false);
  });

  it('is found by its command line without a pid file', async () => {
    const first = manage();
    await first.start();
    const pid = pidOf(first);
    first.detach();
    rmSync(join(dir, 'pid'));
    const second = manage();
    await second.start();
    assert.equal(second.state().pid, pid);
  });

  it('that runs but does not serve is replaced', async () => {
    const first = manage();
    await first.start();
    const pid = pidOf(first);
    first.detach();
    const isReady = async () => identify(pid) === undefined;
    const second = manage(serve, { isReady, readyWithinMs: 300 });
    await second.start();
    assert.equal(identify(pid), undefined);
    assert.deepEqual([second.state().phase, second.state().adopted], ['running', false]);
  });

  it('of another fingerprint is replaced', async () => {
    const first = manage(serve, { fingerprint: 'old' });
    await first.start();
    const pid = pidOf(first);
    first.detach();
    const second = manage(serve, { fingerprint: 'new' });
    await second.start();
    assert.notEqual(second.state().pid, pid);
    assert.equal(identify(pid), undefined);
  });

  it('that may open fewer files than its daemon is replaced', async () => {
    const one = manage();
    await one.start();
    const first = pidOf(one);
    one.detach();
    execFileSync('prlimit', ['--pid', String(first), '--nofile=100:100']);
    const next = manage();
    await next.start();
    assert.notEqual(pidOf(next), first);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['started', 'started'],
    );
  });

  it('is not confused with a later process of the same pid', async () => {
    const self = identify(process.pid);
    assert.ok(self);
    writeFileSync(join(dir, 'pid'), JSON.stringify({ ...self, startTicks: '1', fingerprint: '' }));
    const one = manage();
    await one.start();
    assert.notEqual(one.state().pid, process.pid);
  });

  for (const content of ['', '{', '{"pid":"1"}', '123', 'null']) {
    it(`is started despite the pid file ${JSON.stringify(content)}`, async () => {
      writeFileSync(join(dir, 'pid'), content);
      const one = manage();
      await one.start();
      assert.equal(one.state().phase, 'running');
    });
  }

  it('that ends before it is ready fails with the end of its log, and can be started again', async () => {
    const one = manage(`console.error("no such disk"); process.exit(1)`);
    await assert.rejects(one.start(), (error: PouchError) => {
      assert.equal(error.code, 'PCH_PROCESS_START');
      assert.match(error.message, /server .* ended before it was ready/);
      assert.match(error.hint ?? '', /no such disk/);
      return true;
    });
    assert.equal(one.state().phase, 'stopped');
    await manage().start();
  });

  it('whose first start is repeated starts later, and is not started after a stop', async () => {
    const broken = join(dir, 'ready.broken');
    const script = `if (require("node:fs").existsSync(process.argv[1] + ".broken")) process.exit(3); ${serve}`;
    writeFileSync(broken, '');
    const one = manage(script, { retriesStart: true });
    await one.start();
    assert.equal(one.state().phase, 'waiting');
    assert.equal(events.at(-1)?.type, 'restart-failed');
    await one.stop();
    assert.equal(one.state().phase, 'stopped');
    await one.start();
    rmSync(broken);
    assert.ok(await restarted(one));
  });

  it('that is not ready in time fails and is ended', async () => {
    const one = manage('setInterval(() => {}, 1000)', { readyWithinMs: 200 });
    await assert.rejects(one.start(), /was not ready within 200 ms/);
    const [started] = events;
    assert.ok(started?.type === 'started' && identify(started.pid) === undefined);
  });

  it('whose command does not exist fails with the reason', async () => {
    const one = manage(serve, { command: join(dir, 'missing') });
    await assert.rejects(one.start(), (error: PouchError) => {
      assert.equal(error.code, 'PCH_PROCESS_START');
      assert.match(String(error.cause), /ENOENT/);
      return true;
    });
  });

  it('appends to its log, and moves a large one', async () => {
    const script = `console.log("hello"); ${serve}`;
    for (const maxLogBytes of [1000, 1000, 5]) {
      const one = manage(script, { maxLogBytes });
      await one.start();
      await one.stop();
      rmSync(join(dir, 'ready'));
    }
    assert.equal(readFileSync(join(dir, 'log.1'), 'utf8'), 'hello\nhello\n');
    assert.equal(readFileSync(join(dir, 'log'), 'utf8'), 'hello\n');
  });

  it('that is stopped while it is being restarted is not started again', async () => {
    const one = manage();
    await one.start();
    process.kill(pidOf(one), 'SIGKILL');
    assert.ok(await waitUntil(() => one.state().restarts === 1, { withinMs: 10_000, everyMs: 1 }));
    await one.stop();
    // The restart looks for a running process first; this begins later and reads as many.
    await findByArguments([process.execPath, '-e', serve, join(dir, 'ready')]);
    assert.equal(events.filter(({ type }) => type === 'started').length, 1);
    assert.equal(await findByArguments([process.execPath, '-e', serve, join(dir, 'ready')]), undefined);
  });

  it('that is stopped during a delay is not restarted', async () => {
    const one = manage(serve, { backoff: { minMs: 50, maxMs: 50 } });
    await one.start();
    process.kill(pidOf(one), 'SIGKILL');
    assert.ok(await waitUntil(() => one.state().phase === 'waiting', { withinMs: 10_000 }));
    await one.stop();
    const later = Date.now() + 150;
    await waitUntil(() => Date.now() > later, { withinMs: 1_000 });
    assert.deepEqual([one.state().phase, one.state().pid], ['stopped', undefined]);
  });
});
