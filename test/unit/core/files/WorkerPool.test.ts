import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { type PoolLimits, WorkerPool } from '../../../../core/files/WorkerPool.ts';
import { waitUntil } from '../../../../core/wait/waitUntil.ts';
import { runWithFewDescriptors } from '../../../support/withoutDescriptors.ts';

/** A stand-in for a worker: replies with its pid, unless the path says what else to do. */
const script = `while read -r line; do case $line in
  *hang*) sleep 1000 ;;
  *die*) exit 3 ;;
  *) echo "{\\"result\\":$$}" ;;
esac; done`;

describe('the pool of file workers', () => {
  const pools: WorkerPool[] = [];
  const newPool = (limits: Partial<PoolLimits> = {}, idleMs = 10_000) => {
    const pool = new WorkerPool({ command: ['sh', '-c', script], limits, idleMs });
    pools.push(pool);
    return pool;
  };
  afterEach(() => pools.splice(0).forEach((pool) => pool.close()));

  async function ask(pool: WorkerPool, path: string, lane = 'a', deadlineMs = 5000): Promise<number> {
    const subject = { lane, what: path, where: `the mount ${lane}` };
    const reply = await pool.call(subject, { op: 'look', paths: [path] }, { deadlineMs });
    return 'result' in reply ? (reply.result as number) : assert.fail();
  }

  it('keeps a worker for the next request', async () => {
    const pool = newPool();
    assert.equal(await ask(pool, '1'), await ask(pool, '2'));
  });

  it('ends an idle worker', async () => {
    const pool = newPool({}, 20);
    const pid = await ask(pool, '1');
    assert.ok(await waitUntil(() => isGone(pid), { withinMs: 5000 }));
    assert.notEqual(await ask(pool, '2'), pid);
  });

  it('fails a request whose worker ends, and performs the next one', async () => {
    const pool = newPool();
    await ask(pool, '1');
    await assert.rejects(ask(pool, 'die'), { code: 'PCH_FILE_WORKER', message: /ended \(3\)/ });
    await ask(pool, '2');
  });

  it('reports that no descriptor is left for a worker, and starts one later', () => {
    const module = resolve(import.meta.dirname, '../../../../core/files/WorkerPool.ts');
    const found = runWithFewDescriptors(`
import { WorkerPool } from ${JSON.stringify(module)};
import { hasNoFilesLeft } from ${JSON.stringify(resolve(import.meta.dirname, '../../../../hooks/errors.ts'))};
const pool = new WorkerPool({ command: ['sh', '-c', 'read line; echo "{\\\\"result\\\\":1}"'] });
const ask = () => pool.call({ lane: 'a', what: 'b', where: 'c' }, { op: 'look', paths: [] }, { deadlineMs: 5000 });
await hold();
const refused = await ask().catch((error) => [error.code, hasNoFilesLeft(error)]);
free();
console.log(JSON.stringify([refused, await ask()]));
pool.close();`);
    assert.deepEqual(found, [['PCH_FILE_WORKER', true], { result: 1 }]);
  });

  it('replaces a worker that was killed while it was idle', async () => {
    const pool = newPool();
    const pid = await ask(pool, '1');
    process.kill(pid, 'SIGKILL');
    assert.ok(
      await waitUntil(
        () =>
          ask(pool, '2').then(
            (next) => next !== pid,
            () => false,
          ),
        { withinMs: 5000 },
      ),
    );
  });

  it('serves the lanes in turn, and the requests of each in order', async () => {
    const pool = newPool({ working: 1 });
    const served: string[] = [];
    const requests = ['a', 'a', 'a', 'b', 'b', 'c'].map((lane, at) =>
      ask(pool, `${at}`, lane).then(() => served.push(`${lane}${at}`)),
    );
    await Promise.all(requests);
    assert.deepEqual(served, ['a0', 'a1', 'b3', 'c5', 'a2', 'b4']);
  });

  it('fails a request at its deadline, kills its worker, and performs the next one', async () => {
    const pool = newPool();
    const pid = await ask(pool, '1');
    await assert.rejects(ask(pool, 'hang', 'a', 100), {
      code: 'PCH_FILE_TIMEOUT',
      message: 'hang did not respond within 0.1 s',
      hint: /the mount a/,
    });
    assert.ok(await waitUntil(() => isGone(pid), { withinMs: 5000 }));
    await ask(pool, '2');
  });

  it('serves other lanes while the requests of one wait until their deadlines', async () => {
    const pool = newPool({ perLane: 2 });
    const hung = [1, 2, 3, 4, 5].map((n) => ask(pool, `hang ${n}`, 'a', 2000));
    const started = performance.now();
    await ask(pool, '1', 'b');
    assert.ok(performance.now() - started < 1500);
    assert.equal(pool.pending().length, 5);
    for (const request of await Promise.allSettled(hung)) assert.equal(request.status, 'rejected');
    await ask(pool, '2', 'a');
  });

  it('limits the number of workers; other requests wait', async () => {
    const pool = newPool({ perLane: 4, working: 2 });
    const pids = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => ask(pool, `${n}`, `lane ${n}`)));
    assert.equal(new Set(pids).size, 2);
  });

  it('cancels a request that its caller aborts', async () => {
    const pool = newPool();
    const controller = new AbortController();
    const subject = { lane: 'a', what: 'x', where: 'y' };
    const call = pool.call(
      subject,
      { op: 'look', paths: ['hang'] },
      { deadlineMs: 5000, signal: controller.signal },
    );
    controller.abort(new Error('enough'));
    await assert.rejects(call, /enough/);
  });

  it('describes how to build the missing program of workers', async () => {
    const pool = new WorkerPool({ command: ['/nonexistent/pouch-files'] });
    await assert.rejects(ask(pool, '1'), {
      code: 'PCH_FILE_WORKER',
      message: /cannot be started.*ENOENT/,
      hint: /npm run build/,
    });
    await assert.rejects(ask(pool, '2'), { code: 'PCH_FILE_WORKER' });
  });

  it('fails current requests when it is closed, and accepts no more', async () => {
    const pool = newPool();
    const pid = await ask(pool, '1');
    const call = ask(pool, 'hang');
    pool.close();
    await assert.rejects(call, { code: 'PCH_CANCELLED' });
    await assert.rejects(ask(pool, '2'), { code: 'PCH_CANCELLED' });
    assert.ok(await waitUntil(() => isGone(pid), { withinMs: 5000 }));
  });
});

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}
