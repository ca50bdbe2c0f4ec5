import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../support/freePort.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('the plugin metrics', function () {
  this.timeout(60_000);
  this.slow(5_000);
  const daemon = useDaemon();
  const socket = () => join(daemon.it.dir, 'metrics', 'metrics.sock');
  let port: number;

  before(async () => (port = await freePort()));

  async function configure(...listen: string[]): Promise<void> {
    const options = `options: { listen: ${JSON.stringify(listen)}, mode: '0640', group: 12 }`;
    await daemon.it.configure(`plugins:\n  - { name: metrics, ${options} }\n`);
    await daemon.it.reload(/configuration reloaded/);
  }

  async function get(where: RequestOptions, path = '/metrics', method = 'GET') {
    const sent = request({ ...where, path, method, agent: false });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return {
      status: response.statusCode,
      body: await text(response),
      type: response.headers['content-type'],
    };
  }

  it('serves them on a socket and on loopback, and nothing else of the API', async () => {
    await configure(`unix://${socket()}`, `tcp://127.0.0.1:${port}`);
    const id = await daemon.ok('run', '-d', 'busybox', 'sleep', '1000');
    for (const where of [{ socketPath: socket() }, { port }]) {
      const { status, body, type } = await get(where);
      assert.equal(status, 200);
      assert.match(type ?? '', /^text\/plain; version=0\.0\.4/);
      assert.match(body, /^pouch_containers\{state="running"\} 1$/m);
      assert.equal((await get(where, '/containers/json')).status, 404);
      assert.equal((await get(where, '/pouch/metrics')).status, 404);
      assert.equal((await get(where, '/metrics', 'POST')).status, 405);
    }
    const { mode, gid } = await stat(socket());
    assert.deepEqual([mode & 0o777, gid], [0o640, 12]);
    await daemon.ok('rm', '-f', id);
  });

  it('serves them after pouchd was killed, and ends with a reload', async () => {
    await configure(`unix://${socket()}`);
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal((await get({ socketPath: socket() })).status, 200);
    await configure();
    await assert.rejects(get({ socketPath: socket() }), { code: /ENOENT|ECONNREFUSED/ });
  });

  it('is quarantined by an address that is taken, and serves once it is free', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await configure(`tcp://127.0.0.1:${port}`);
    const problem = await daemon.ok('plugin', 'inspect', 'metrics');
    assert.match(problem, /EADDRINUSE/);
    assert.equal(await daemon.sh('echo works'), 'works');
    other.close();
    await once(other, 'close');
    await configure(`tcp://127.0.0.1:${port}`);
    assert.equal((await get({ port })).status, 200);
    await configure();
  });

  it('takes no address that other hosts can reach', async () => {
    await configure(`tcp://0.0.0.0:${port}`);
    assert.match(
      await daemon.ok('plugin', 'inspect', 'metrics'),
      /expected unix:.*PATH or an address on loopback, found .*0\.0\.0\.0/,
    );
    await assert.rejects(get({ port }), { code: 'ECONNREFUSED' });
    await configure();
  });
});
