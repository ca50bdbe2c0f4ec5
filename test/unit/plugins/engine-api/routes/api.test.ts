import { PouchError } from '../../../../../hooks/index.ts';
import assert from 'node:assert/strict';
import { fakeEngine, type FakeEngine } from '../../../../support/fakeEngine.ts';
import { serveApi, type RunningApi } from '../../../../support/apiServer.ts';
import { ask, RawClient, type AskOptions } from '../../../../support/RawClient.ts';
import { fastest } from '../../../../support/fastest.ts';

describe('the HTTP API', () => {
  let engine: FakeEngine;
  let api: RunningApi;
  const call = (method: string, path: string, options?: AskOptions) => ask(api.socket, method, path, options);

  const create = async (body: object = {}, query = ''): Promise<string> => {
    const response = await call('POST', `/containers/create${query}`, {
      body: { Image: 'busybox', ...body },
    });
    assert.equal(response.status, 201, response.text);
    return response.json.Id;
  };

  const run = async (body: object = {}, query = ''): Promise<string> => {
    const id = await create(body, query);
    assert.equal((await call('POST', `/containers/${id}/start`)).status, 204);
    return id;
  };

  beforeEach(async () => {
    engine = fakeEngine();
    await engine.images.pull('busybox');
    api = await serveApi(engine);
  });
  afterEach(() => api.stop());

  describe('versions', () => {
    it('sends its version with every response', async () => {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await call(method, '/_ping');
        assert.equal(status, 200);
        assert.equal(headers['api-version'], '1.47');
        assert.equal(headers['ostype'], 'linux');
      }
      assert.equal((await call('GET', '/nosuch')).headers['api-version'], '1.47');
    });

    for (const version of ['', '/v1.22', '/v1.41', '/v1.47'])
      it(`serves ${version || 'paths without a version'}`, async () => {
        assert.equal((await call('GET', `${version}/containers/json`)).status, 200);
      });

    const refused: [string, RegExp][] = [
      ['/v1.48/info', /client version 1\.48 is too new\. Maximum supported API version is 1\.47/],
      ['/v2.0/info', /too new/],
      ['/v1.21/info', /client version 1\.21 is too old\. Minimum supported API version is 1\.22/],
    ];
    for (const [path, message] of refused)
      it(`refuses ${path}`, async () => {
        const { status, json } = await call('GET', path);
        assert.equal(status, 400);
        assert.match(json.message, message);
      });
  });

  describe('bad input', () => {
    it('names an unknown path', async () => {
      const { status, json } = await call('GET', '/nosuch/path');
      assert.equal(status, 404);
      assert.equal(json.code, 'PCH_PATH_NOT_FOUND');
    });

    const bodies: [string, AskOptions, number, RegExp][] = [
      ['malformed JSON', { body: '{"Image":' }, 400, /not valid JSON/],
      ['no body', {}, 400, /the body must be object/],
      ['a list', { body: [] }, 400, /the body must be object/],
      ['a body without image', { body: {} }, 400, /Image/],
      [
        'another content type',
        { body: '{}', headers: { 'Content-Type': 'text/plain' } },
        400,
        /Content-Type/,
      ],
      ['a wrong type', { body: { Image: 'x', Tty: 'yes' } }, 400, /^Tty must be boolean.*found "yes"/],
      [
        'a wrong type inside',
        { body: { Image: 'x', HostConfig: { Memory: '1g' } } },
        400,
        /^HostConfig\.Memory must be integer/,
      ],
      [
        'a fraction',
        { body: { Image: 'x', HostConfig: { PidsLimit: 1.5 } } },
        400,
        /^HostConfig\.PidsLimit must be integer/,
      ],
      [
        'an infinite number',
        { body: '{"Image":"x","HostConfig":{"Memory":1e400}}' },
        400,
        /^HostConfig\.Memory must be integer.*found Infinity/,
      ],
      [
        'a number of more than 64 bits',
        { body: '{"Image":"x","HostConfig":{"Memory":1e300}}' },
        400,
        /^HostConfig\.Memory must be <= \d+, found 1e\+300/,
      ],
      [
        'a wrong type deep inside',
        { body: { Image: 'x', HostConfig: { PortBindings: { '80/tcp': [{ HostPort: 80 }] } } } },
        400,
        /^HostConfig\.PortBindings\["80\/tcp"\]\[0\]\.HostPort must be string/,
      ],
      ['too much', { body: JSON.stringify({ Image: 'x'.repeat(1024 * 1024) }) }, 413, /larger than 1 MiB/],
    ];
    for (const [name, options, status, message] of bodies)
      it(`refuses ${name}`, async () => {
        const response = await call('POST', '/containers/create', options);
        assert.equal(response.status, status, response.text);
        assert.match(response.json.message, message);
        assert.match(response.json.code, /^PCH_/);
      });

    it('accepts unknown fields', async () => {
      await create({ FutureField: { a: 1 }, HostConfig: { AnotherOne: [] } });
    });

    it('accepts null for every field that Go’s clients set to null', async () => {
      await create({
        Env: null,
        Cmd: null,
        ExposedPorts: null,
        HostConfig: { Binds: null, PortBindings: null, Ulimits: null },
      });
    });

    for (const [path, parameter] of [
      ['/containers/json?filters=x', 'filters'],
      ['/containers/json?limit=x', 'limit'],
      ['/events?since=yesterday&until=0', 'since'],
    ] as const)
      it(`refuses ${path}`, async () => {
        const { status, json } = await call('GET', path);
        assert.equal(status, 400);
        assert.match(json.message, new RegExp(`query parameter ${parameter}`));
      });

    it('responds to malformed HTTP and continues to serve', async () => {
      const client = new RawClient(api.socket);
      client.send('NONSENSE\r\n\r\n');
      assert.match(await client.untilEnd(), /400 Bad Request.*malformed HTTP request/s);
      assert.equal((await call('GET', '/_ping')).status, 200);
    });

    it('serves a request without a Host header on a Unix socket', async () => {
      for (const version of ['1.0', '1.1']) {
        const client = new RawClient(api.socket);
        client.send(`GET /_ping HTTP/${version}\r\nConnection: close\r\n\r\n`);
        assert.match(await client.untilEnd(), /^HTTP\/1\.1 200 OK.*OK$/s);
      }
    });

    it('refuses endless headers', async () => {
      const client = new RawClient(api.socket);
      client.send(`GET /_ping HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
      assert.match(await client.untilEnd(), /^HTTP\/1\.1 431/);
    });

    it('refuses requests from a web page', async () => {
      const { status, json } = await call('POST', '/containers/prune', {
        headers: { Origin: 'http://evil.example' },
      });
      assert.equal(status, 403);
      assert.equal(json.code, 'PCH_CLIENT_NOT_ALLOWED');
    });
  });

  describe('errors', () => {
    it('report a missing object in Docker’s words, with code and hint', async () => {
      const { status, json } = await call('GET', '/containers/nosuch/json');
      assert.equal(status, 404);
      assert.match(json.message, /^No such container: nosuch \(hint: /);
      assert.equal(json.code, 'PCH_CONTAINER_NOT_FOUND');
    });

    it('omit the hint from the message for pouch, which prints it itself', async () => {
      const { json } = await call('GET', '/containers/nosuch/json', {
        headers: { 'User-Agent': 'pouch/0.1.0' },
      });
      assert.doesNotMatch(json.message, /hint/);
      assert.ok(json.hint);
    });

    it('name the image that the docker CLI has to pull', async () => {
      const { status, json } = await call('POST', '/containers/create', { body: { Image: 'nosuch:1' } });
      assert.equal(status, 404);
      assert.match(json.message, /^No such image: nosuch:1/);
    });

    it('of one route do not affect the others', async () => {
      engine.system.info = () => Promise.reject(new TypeError('a fault'));
      const { status, json } = await call('GET', '/info');
      assert.equal(status, 500);
      assert.equal(json.code, 'PCH_INTERNAL');
      assert.equal((await call('GET', '/version')).status, 200);
    });

    it('name Docker’s features that Pouch does not support', async () => {
      for (const [method, path] of [
        ['POST', '/session'],
        ['POST', '/swarm/init'],
        ['GET', '/plugins/privileges'],
        ['POST', '/plugins/pull'],
        ['DELETE', '/plugins/nosuch'],
      ] as const) {
        const { status, json } = await call(method, path);
        assert.equal(status, 501, path);
        assert.equal(json.code, 'PCH_NOT_SUPPORTED');
      }
    });
  });

  describe('containers', () => {
    it('become images', async () => {
      await create({}, '?name=web');
      const { status, json } = await call('POST', '/commit?container=web&repo=made&changes=CMD%20x', {
        body: { Cmd: null },
      });
      assert.equal(status, 201);
      assert.match(json.Id, /^sha256:/);
      assert.equal((await call('POST', '/commit')).json.code, 'PCH_BAD_REQUEST');
      assert.equal((await call('POST', '/commit?container=web&changes=RUN')).status, 400);
    });

    it('are created, started, stopped and removed', async () => {
      const id = await create({ Cmd: ['sleep', '1000'] }, '?name=web');
      assert.equal((await call('POST', '/containers/web/start')).status, 204);
      assert.equal((await call('POST', '/containers/web/start')).status, 304);
      const [listed] = (await call('GET', '/containers/json')).json;
      assert.equal(listed.Id, id);
      assert.equal(listed.State, 'running');
      assert.equal((await call('DELETE', '/containers/web')).status, 409);
      assert.equal((await call('POST', '/containers/web/stop?t=1')).status, 204);
      assert.equal((await call('POST', '/containers/web/stop')).status, 304);
      assert.equal((await call('POST', '/containers/web/kill')).status, 409);
      assert.equal((await call('DELETE', '/containers/web')).status, 204);
      assert.equal((await call('DELETE', '/containers/web')).status, 404);
    });

    it('get new limits and another restart policy', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const body = { Memory: 2 ** 26, RestartPolicy: { Name: 'always' }, KernelMemoryTCP: 5 };
      const { status, json } = await call('POST', `/containers/${id}/update`, { body });
      assert.equal(status, 200);
      assert.deepEqual(json, { Warnings: ['KernelMemoryTCP is not supported and has no effect'] });
      const { HostConfig } = (await call('GET', `/containers/${id}/json`)).json;
      assert.deepEqual([HostConfig.Memory, HostConfig.RestartPolicy.Name], [2 ** 26, 'always']);
    });

    it('report resource usage, once or as a stream', async () => {
      const id = await create();
      const once = await call('GET', `/containers/${id}/stats?stream=false&one-shot=true`);
      assert.deepEqual([once.status, once.json.id], [200, id]);
      const stream = await call('GET', `/containers/${id}/stats`);
      assert.equal(JSON.parse(stream.text).id, id);
      assert.equal((await call('GET', '/containers/nosuch/stats')).status, 404);
    });

    it('have checkpoints', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const path = `/containers/${id}/checkpoints`;
      assert.deepEqual((await call('GET', path)).json, []);
      const body = { CheckpointID: 'one', CheckpointDir: '', Exit: true };
      assert.equal((await call('POST', path, { body })).status, 201);
      assert.deepEqual((await call('GET', path)).json, [{ Name: 'one' }]);
      assert.equal((await call('POST', `/containers/${id}/start?checkpoint=one`)).status, 204);
      assert.equal((await call('DELETE', `${path}/one`)).status, 204);
      assert.equal((await call('DELETE', `${path}/one`)).status, 404);
      const elsewhere = await call('POST', path, { body: { ...body, CheckpointDir: '/x' } });
      assert.deepEqual([elsewhere.status, elsewhere.json.code], [501, 'PCH_NOT_SUPPORTED']);
    });

    it('refuse a name that is taken', async () => {
      await create({}, '?name=web');
      const { status, json } = await call('POST', '/containers/create?name=web', {
        body: { Image: 'busybox' },
      });
      assert.equal(status, 409);
      assert.equal(json.code, 'PCH_NAME_IN_USE');
    });

    it('send the headers of wait before the exit', async () => {
      const id = await create({ Cmd: ['sh', '-c', 'exit 3'] });
      const client = new RawClient(api.socket);
      client.send(`POST /containers/${id}/wait?condition=next-exit HTTP/1.1\r\nHost: x\r\n\r\n`);
      await client.until(/200 OK/);
      await call('POST', `/containers/${id}/start`);
      assert.match(await client.until(/StatusCode/), /\{"StatusCode":3\}/);
      client.socket.destroy();
    });

    it('end a wait when the client disconnects', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const client = new RawClient(api.socket);
      client.send(`POST /containers/${id}/wait HTTP/1.1\r\nHost: x\r\n\r\n`);
      await client.until(/200 OK/);
      client.socket.destroy();
      assert.equal((await call('GET', '/_ping')).status, 200);
    });

    it('return both streams of the log in frames', async () => {
      const id = await run({ Cmd: ['sh', '-c', 'echo out; echo err >&2'] });
      await call('POST', `/containers/${id}/wait`);
      const { headers, text } = await call('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
      assert.equal(headers['content-type'], 'application/vnd.docker.multiplexed-stream');
      assert.equal(text, '\x01\0\0\0\0\0\0\x04out\n\x02\0\0\0\0\0\0\x04err\n');
      const stderr = await call('GET', `/v1.41/containers/${id}/logs?stderr=1&tail=1`);
      assert.equal(stderr.headers['content-type'], 'application/vnd.docker.raw-stream');
      assert.equal(stderr.text, '\x02\0\0\0\0\0\0\x04err\n');
      assert.equal((await call('GET', `/containers/${id}/logs`)).status, 400);
    });

    it('send the headers of logs -f before the first line', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const client = new RawClient(api.socket);
      client.send(`GET /containers/${id}/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n`);
      await client.until(/200 OK/);
      await call('POST', `/containers/${id}/kill`);
      await client.until(/\r\n0\r\n\r\n$/);
      client.socket.destroy();
    });

    it('are listed quickly when there are 200', async () => {
      for (let index = 0; index < 200; index++)
        await engine.containers.create({ image: 'busybox', name: `c${index}`, network: { mode: 'bridge' } });
      await call('GET', '/containers/json?all=1');
      // Includes the client’s parsing.
      const ms = await fastest(5, async () =>
        assert.equal((await call('GET', '/containers/json?all=1')).json.length, 200),
      );
      assert.ok(ms < 50, `${ms} ms`);
    });
  });

  it('lets a client that sends its whole body first read why it was refused', async () => {
    for (const path of ['/build?squash=1', '/nosuch', '/containers/create']) {
      const body = 'x'.repeat(4 * 1024 * 1024);
      const client = new RawClient(api.socket);
      client.socket.pause();
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\n`;
      const sent = new Promise((resolve, reject) => {
        client.socket.once('error', reject);
        client.socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`, resolve);
      });
      await sent;
      client.socket.resume();
      assert.match(await client.untilEnd(), /^HTTP\/1\.1 (404|413|501|400) .*"code":"PCH_/s, path);
    }
  });

  it('lists the containers of an image by any of its names', async () => {
    await engine.images.tag('busybox', 'other:two');
    const id = await create();
    for (const ancestor of ['busybox', 'other:two', engine.containers.inspect(id).draft.image.id]) {
      const filters = encodeURIComponent(JSON.stringify({ ancestor: [ancestor] }));
      const { json } = await call('GET', `/containers/json?all=1&filters=${filters}`);
      assert.deepEqual(
        json.map(({ Id }: { Id: string }) => Id),
        [id],
        ancestor,
      );
    }
  });

  describe('run in one request', () => {
    const runAtOnce = (body: object, query = ''): RawClient => {
      const client = new RawClient(api.socket);
      client.upgrade(`/pouch/run?stdin=1&stdout=1&stderr=1${query}`, { Image: 'busybox', ...body });
      return client;
    };
    const messages = (received: string): Record<string, unknown>[] =>
      [...received.matchAll(/\x04\0\0\0[^]{4}(\{.*\})\n/g)].map(
        ([, text]) => JSON.parse(text!) as Record<string, unknown>,
      );

    it('returns the id, the output and the exit code', async () => {
      const received = await runAtOnce({ Cmd: ['sh', '-c', 'echo hi; exit 4'] }, '&name=once').untilEnd();
      const { id } = engine.containers.list({ all: true })[0]!;
      assert.match(received, /^HTTP\/1\.1 101 UPGRADED/);
      assert.match(received, /\x01\0\0\0\0\0\0\x03hi\n/);
      const sent = messages(received);
      assert.deepEqual(sent[0], { created: { Id: id, Warnings: [] } });
      assert.deepEqual(sent.at(-1), { exited: { StatusCode: 4 } });
      assert.equal(engine.containers.inspect('once').id, id);
    });

    it('is over with the start of a detached container', async () => {
      const client = new RawClient(api.socket);
      client.upgrade('/pouch/run/detached?name=apart', { Image: 'busybox', Cmd: ['sleep', '1000'] });
      const sent = messages(await client.untilEnd());
      const { id, state } = engine.containers.inspect('apart');
      assert.deepEqual(sent, [{ created: { Id: id, Warnings: [] } }, { started: true }]);
      assert.equal(state.status, 'running');
    });

    it('names the container that a detached run could not start', async () => {
      const { start } = engine.containers;
      engine.containers.start = () => Promise.reject(new PouchError('PCH_PROCESS_START', 'no such command'));
      const client = new RawClient(api.socket);
      client.upgrade('/pouch/run/detached?name=broken', { Image: 'busybox', Cmd: ['nosuch'] });
      const sent = messages(await client.untilEnd());
      engine.containers.start = start;
      const { id } = engine.containers.inspect('broken');
      assert.deepEqual(sent[0], { created: { Id: id, Warnings: [] } });
      assert.match(JSON.stringify(sent[1]), /"failed":\{.*no such command.*PCH_PROCESS_START/);
    });

    it('sends the exit as its last message, even if the start completes while output is pending', async () => {
      const { containers } = engine;
      const run = containers.run.bind(containers);
      const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
      containers.run = async (...args) => {
        const made = await run(...args);
        const started = containers.wait(made.id, 'not-running').then(nextTurn).then(nextTurn);
        const output = (async function* () {
          yield* made.attachment!.output;
          await started.then(nextTurn);
        })();
        return {
          ...made,
          attachment: { ...made.attachment!, output },
          started: started.then(() => undefined),
        };
      };
      const sent = messages(await runAtOnce({ Cmd: ['sh', '-c', 'exit 3'] }).untilEnd());
      assert.deepEqual(sent.slice(1), [{ exited: { StatusCode: 3 } }]);
    });

    it('reads the bytes after the body as input', async () => {
      const client = runAtOnce({ Cmd: ['cat'], OpenStdin: true, StdinOnce: true });
      await client.until(/"started"/);
      client.send('typed');
      client.socket.end();
      const received = await client.untilEnd();
      assert.match(received, /\x01\0\0\0\0\0\0\x05typed/);
      assert.deepEqual(messages(received).at(-1), { exited: { StatusCode: 0 } });
    });

    it('reports a failed start with code and status', async () => {
      const sent = messages(await runAtOnce({ Cmd: ['nosuch'] }).untilEnd());
      const { failed } = sent.at(-1) as { failed: { code: string; status: number } };
      assert.equal(failed.code, 'PCH_COMMAND_NOT_FOUND');
      assert.equal(failed.status, 400);
    });

    const refused: [string, object, RegExp][] = [
      ['a missing image', { Image: 'nosuch' }, /^HTTP\/1\.1 404.*PCH_IMAGE_NOT_FOUND/s],
      ['a wrong body', { Cmd: 5 }, /^HTTP\/1\.1 400/],
      ['a terminal', { Tty: true }, /^HTTP\/1\.1 501.*PCH_NOT_SUPPORTED/s],
    ];
    for (const [what, body, expected] of refused)
      it(`refuses ${what} before it creates anything`, async () => {
        assert.match(await runAtOnce(body).untilEnd(), expected);
        assert.deepEqual(engine.containers.list({ all: true }), []);
      });

    it('continues when its client disconnects', async () => {
      const client = runAtOnce({ Cmd: ['sleep', '1000'] }, '&name=lonely');
      await client.until(/"started"/);
      client.socket.destroy();
      await call('GET', '/_ping');
      assert.equal(engine.containers.inspect('lonely').state.status, 'running');
    });
  });

  describe('attach and exec', () => {
    it('carry stdin, both outputs and the end of input', async () => {
      const id = await create({ Cmd: ['cat'], OpenStdin: true, StdinOnce: true });
      const client = new RawClient(api.socket);
      client.upgrade(`/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`);
      assert.match(
        await client.until(/\r\n\r\n/),
        /^HTTP\/1\.1 101 UPGRADED\r\nContent-Type: application\/vnd\.docker\.multiplexed-stream/,
      );
      await call('POST', `/containers/${id}/start`);
      client.send('hello\n');
      await client.until(/\x01\0\0\0\0\0\0\x06hello\n/);
      client.socket.end();
      await client.untilEnd();
      assert.equal((await call('POST', `/containers/${id}/wait`)).json.StatusCode, 0);
    });

    it('do not pass the body of the upgrade request as input', async () => {
      const id = await create({ Cmd: ['cat'], OpenStdin: true, StdinOnce: true });
      const client = new RawClient(api.socket);
      client.upgrade(`/containers/${id}/attach?stream=1&stdin=1&stdout=1`, { stream: true, stdin: true });
      await client.until(/101 UPGRADED/);
      await call('POST', `/containers/${id}/start`);
      client.send('typed');
      client.socket.end();
      const received = await client.untilEnd();
      assert.match(received, /typed/);
      assert.doesNotMatch(received, /stream"/);
    });

    it('accept a body that arrives in pieces', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const exec = await call('POST', `/containers/${id}/exec`, {
        body: { Cmd: ['echo', 'hi'], AttachStdout: true },
      });
      const client = new RawClient(api.socket);
      const body = '{"Detach":false,"Tty":false}';
      const head = `POST /exec/${exec.json.Id}/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
      client.send(head + body.slice(0, 5));
      await new Promise((resolve) => setImmediate(resolve));
      client.send(body.slice(5));
      assert.match(await client.untilEnd(), /101 UPGRADED.*hi\n$/s);
    });

    it('respond to a failed upgrade like to any other request', async () => {
      const client = new RawClient(api.socket);
      client.upgrade('/containers/nosuch/attach?stream=1');
      assert.match(await client.untilEnd(), /^HTTP\/1\.1 404.*No such container: nosuch/s);
    });

    it('stream to a client that does not upgrade', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const exec = await call('POST', `/containers/${id}/exec`, {
        body: { Cmd: ['sh', '-c', 'echo hi; exit 4'], AttachStdout: true, AttachStderr: true },
      });
      const { status, text } = await call('POST', `/exec/${exec.json.Id}/start`, { body: { Detach: false } });
      assert.equal(status, 200);
      assert.equal(text, '\x01\0\0\0\0\0\0\x03hi\n');
      const { json } = await call('GET', `/exec/${exec.json.Id}/json`);
      assert.equal(json.ExitCode, 4);
      assert.equal(json.Running, false);
      assert.equal(json.ProcessConfig.entrypoint, 'sh');
    });

    it('carry stdin to a client that does not upgrade', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const body = { Cmd: ['cat'], AttachStdin: true, AttachStdout: true, AttachStderr: true };
      const exec = await call('POST', `/containers/${id}/exec`, { body });
      const client = new RawClient(api.socket);
      client.send(
        `POST /exec/${exec.json.Id}/start HTTP/1.1\r\nHost: x\r\n` +
          'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
      );
      await client.until(/^HTTP\/1\.1 200 OK\r\nContent-Type: application\/vnd\.docker.*\r\n\r\n/s);
      client.send('GET / HTTP/1.1\r\n\r\n');
      client.socket.end();
      assert.match(await client.untilEnd(), /\r\n\r\n\x01\0\0\0\0\0\0\x12GET \/ HTTP\/1\.1\r\n\r\n$/);
    });

    for (const query of ['', 'stdout=1', 'stdout=1&stream=0'])
      it(`end at once for attach?${query}, which asks for nothing`, async () => {
        const id = await run({ Cmd: ['sleep', '1000'] });
        const { status, text } = await call('POST', `/containers/${id}/attach?${query}`);
        assert.deepEqual([status, text], [200, '']);
        const client = new RawClient(api.socket);
        client.upgrade(`/containers/${id}/attach?${query}`);
        assert.match(await client.untilEnd(), /^HTTP\/1\.1 101 UPGRADED\r\n.*\r\n\r\n$/s);
      });

    it('detach from the terminal of an exec by its own keys', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const body = { Cmd: ['sh'], Tty: true, AttachStdin: true, AttachStdout: true, DetachKeys: 'ctrl-a,b' };
      const { json } = await call('POST', `/containers/${id}/exec`, { body });
      const client = new RawClient(api.socket);
      client.upgrade(`/exec/${json.Id}/start`, { Tty: true });
      await client.until(/101 UPGRADED/);
      client.send('\x01b');
      await client.untilEnd();
      const { Running, DetachKeys } = (await call('GET', `/exec/${json.Id}/json`)).json;
      assert.deepEqual([Running, DetachKeys], [true, 'AWI=']);
    });

    it('detach from a terminal by keys, and the program keeps running', async () => {
      const id = await run({ Cmd: ['sh'], Tty: true, OpenStdin: true, StdinOnce: true });
      const client = new RawClient(api.socket);
      client.upgrade(`/containers/${id}/attach?stream=1&stdin=1&stdout=1&detachKeys=ctrl-x`);
      assert.match(await client.until(/\r\n\r\n/), /raw-stream/);
      client.send('echo one\r');
      await client.until(/one\r\none\r\n/);
      client.send('\x18');
      await client.untilEnd();
      assert.equal(engine.containers.inspect(id).state.status, 'running');
    });

    it('keep stdin open for the next client unless StdinOnce is set', async () => {
      const id = await run({ Cmd: ['cat'], OpenStdin: true });
      for (const word of ['first', 'second']) {
        const client = new RawClient(api.socket);
        client.upgrade(`/containers/${id}/attach?stream=1&stdin=1&stdout=1`);
        await client.until(/101 UPGRADED/);
        client.send(word);
        await client.until(new RegExp(word));
        client.socket.destroy();
      }
      assert.equal(engine.containers.inspect(id).state.status, 'running');
    });

    it('block a program whose client does not read', async () => {
      const id = await create({ Cmd: ['yes'] });
      const client = new RawClient(api.socket);
      client.upgrade(`/containers/${id}/attach?stream=1&stdout=1`);
      await client.until(/101 UPGRADED/);
      client.socket.pause();
      await call('POST', `/containers/${id}/start`);
      const { process } = engine.containers.find(id);
      let before = -1;
      while (process.written !== before) {
        before = process.written;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.ok(process.written < 2_000_000, `${process.written} bytes were written`);
      client.socket.destroy();
      await call('POST', `/containers/${id}/kill`);
    });

    it('upgrade before the process starts', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const body = { Cmd: ['echo', 'hi'], AttachStdout: true };
      const exec = await call('POST', `/containers/${id}/exec`, { body });
      let letStart: () => void = () => undefined;
      engine.execStarts = new Promise((resolve) => (letStart = resolve));
      const client = new RawClient(api.socket);
      client.upgrade(`/exec/${exec.json.Id}/start`, { Detach: false });
      assert.match(await client.until(/\r\n\r\n/), /^HTTP\/1\.1 101 UPGRADED\r\n.*\r\n\r\n$/s);
      assert.equal((await call('GET', `/exec/${exec.json.Id}/json`)).json.Running, false);
      letStart();
      assert.match(await client.untilEnd(), /hi\n$/);
    });

    it('frame the output of an exec by the Tty of its start', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const output = async (Tty: boolean) => {
        const body = { Cmd: ['echo', 'hi'], AttachStdout: true };
        const exec = await call('POST', `/containers/${id}/exec`, { body });
        return await call('POST', `/exec/${exec.json.Id}/start`, { body: { Tty } });
      };
      const [framed, raw] = [await output(false), await output(true)];
      assert.equal(framed.text, '\x01\0\0\0\0\0\0\x03hi\n');
      assert.match(framed.headers['content-type'] ?? '', /multiplexed-stream$/);
      assert.equal(raw.text, 'hi\n');
      assert.match(raw.headers['content-type'] ?? '', /raw-stream$/);
    });

    it('report a missing command on the stream, with exit code 127', async () => {
      const id = await run({ Cmd: ['sleep', '1000'] });
      const body = { Cmd: ['nosuch'], AttachStderr: true };
      const exec = await call('POST', `/containers/${id}/exec`, { body });
      const { status, text } = await call('POST', `/exec/${exec.json.Id}/start`, { body: {} });
      assert.equal(status, 200);
      assert.match(text, /executable file not found/);
      assert.equal((await call('GET', `/exec/${exec.json.Id}/json`)).json.ExitCode, 127);
      const headers = { 'User-Agent': 'pouch/0.1.0' };
      const again = await call('POST', `/containers/${id}/exec`, { body });
      const coded = await call('POST', `/exec/${again.json.Id}/start`, { body: {}, headers });
      assert.equal(coded.json.code, 'PCH_COMMAND_NOT_FOUND');
    });
  });

  describe('images', () => {
    it('have names with slashes', async () => {
      assert.equal(
        (await call('POST', '/images/busybox/tag?repo=localhost:5000/team/app&tag=1')).status,
        201,
      );
      const { json } = await call('GET', '/images/localhost:5000/team/app:1/json');
      assert.deepEqual(json.RepoTags, ['busybox:latest', 'localhost:5000/team/app:1']);
      assert.equal((await call('GET', '/images/localhost:5000/team/app:1/history')).json.length, 2);
      const removed = await call('DELETE', '/images/localhost:5000/team/app:1');
      assert.deepEqual(removed.json, [{ Untagged: 'localhost:5000/team/app:1' }]);
    });

    it('are pulled with progress and credentials', async () => {
      const auth = Buffer.from(JSON.stringify({ username: 'me', password: 'secret' })).toString('base64url');
      const path = '/images/create?fromImage=debian&tag=bookworm';
      const { status, text } = await call('POST', path, { headers: { 'X-Registry-Auth': auth } });
      assert.equal(status, 200);
      const lines = text
        .trim()
        .split('\r\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.deepEqual(lines[0], { status: 'Pulling from debian', id: 'bookworm' });
      assert.ok(lines.some((line) => line['status'] === 'Downloading' && line['progressDetail']));
      assert.equal(lines.at(-1)?.['status'], 'Status: Downloaded newer image for debian:bookworm');
      assert.equal((engine.images.seen.auth as { username: string }).username, 'me');
    });

    it('are pulled with all tags of their repository if none is given, as with Docker', async () => {
      const { text } = await call('POST', '/images/create?fromImage=busybox');
      assert.deepEqual(text.match(/"Pulling from busybox","id":"[^"]+"/g), [
        '"Pulling from busybox","id":"latest"',
        '"Pulling from busybox","id":"1.36"',
      ]);
    });

    it('are pushed with progress and credentials', async () => {
      await call('POST', '/images/create?fromImage=busybox&tag=1.36');
      await call('POST', '/images/busybox:1.36/tag?repo=localhost:5000/team/app&tag=1');
      const auth = Buffer.from(JSON.stringify({ username: 'me', password: 'secret' })).toString('base64url');
      const path = '/images/localhost:5000/team/app/push?tag=1';
      const { status, text } = await call('POST', path, { headers: { 'X-Registry-Auth': auth } });
      assert.equal(status, 200);
      const lines = text
        .trim()
        .split('\r\n')
        .map((line) => JSON.parse(line) as Record<string, any>);
      assert.deepEqual(lines[0], { status: 'The push refers to repository [localhost:5000/team/app]' });
      assert.match(String(lines.at(-2)?.['status']), /^1: digest: sha256:[0-9a-f]{64} size: 400$/);
      assert.equal(lines.at(-1)?.['aux'].Tag, '1');
      assert.equal((engine.images.seen.auth as { username: string }).username, 'me');
      assert.equal((await call('POST', '/images/nosuch/push?tag=1')).status, 404);
    });

    it('are searched, with filters that exist', async () => {
      const { json } = await call('GET', '/images/search?term=busybox&limit=1');
      assert.deepEqual(json, [
        {
          name: 'busybox',
          description: 'busybox of the test',
          star_count: 3,
          is_official: true,
          is_automated: false,
        },
      ]);
      const filtered = async (filters: object) =>
        await call(
          'GET',
          `/images/search?term=busybox&filters=${encodeURIComponent(JSON.stringify(filters))}`,
        );
      assert.deepEqual((await filtered({ stars: ['4'] })).json, []);
      assert.deepEqual((await filtered({ 'is-official': ['false'] })).json, []);
      assert.equal((await filtered({ label: ['x'] })).status, 400);
      assert.equal((await filtered({ stars: ['many'] })).status, 400);
      assert.equal((await call('GET', '/images/search')).status, 400);
      assert.equal((await call('GET', '/images/search?term=x&limit=1000')).status, 400);
    });

    it('are looked up at their registry', async () => {
      const { json } = await call('GET', '/distribution/localhost:5000/team/app:1/json');
      assert.match(json.Descriptor.digest, /^sha256:/);
      assert.deepEqual(json.Platforms, [{ os: 'linux', architecture: 'amd64' }]);
      assert.equal((await call('GET', '/distribution/json')).status, 404);
    });

    it('need a login that the registry accepts; its password is in no response', async () => {
      const login = async (body: object) => await call('POST', '/auth', { body });
      const right = await login({ username: 'me', password: 'secret', serveraddress: 'localhost:5000' });
      assert.deepEqual(right.json, { Status: 'Login Succeeded', IdentityToken: '' });
      for (const password of ['wr0ng', { text: 'wr0ng' }]) {
        const { status, text } = await login({ username: 'me', password });
        assert.ok([400, 401, 403].includes(status), text);
        assert.doesNotMatch(text, /wr0ng/);
      }
    });

    it('that do not exist are a 404, not a stream', async () => {
      const { status } = await call('POST', '/images/create?fromImage=nosuch&tag=latest');
      assert.equal(status, 404);
    });

    it('report a late error in the stream, without a text code for Docker’s clients', async () => {
      engine.images.pull = (_ref, options) => {
        options?.onProgress?.({ id: 'a', status: 'Downloading' });
        return Promise.reject(new Error('the line broke'));
      };
      const path = '/images/create?fromImage=x&tag=1';
      const last = (text: string) =>
        JSON.parse(text.trim().split('\r\n').at(-1) ?? '') as Record<string, any>;
      const docker = last((await call('POST', path)).text);
      assert.equal(docker['error'], 'the line broke');
      assert.deepEqual(docker['errorDetail'], { message: 'the line broke' });
      const pouch = last((await call('POST', path, { headers: { 'User-Agent': 'pouch' } })).text);
      assert.equal(pouch['errorDetail'].code, 'PCH_INTERNAL');
    });

    it('are saved and loaded', async () => {
      const saved = await call('GET', '/images/get?names=busybox&names=busybox:latest');
      assert.equal(saved.headers['content-type'], 'application/x-tar');
      const loaded = await call('POST', '/images/load', {
        body: 'other:1',
        headers: { 'Content-Type': 'application/x-tar' },
      });
      assert.match(loaded.text, /Loaded image: other:1/);
    });
  });

  it('streams events until the client disconnects', async () => {
    const client = new RawClient(api.socket);
    const filters = encodeURIComponent('{"event":{"create":true}}');
    client.send(`GET /events?filters=${filters} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await client.until(/200 OK/);
    const id = await create({}, '?name=web');
    assert.match(await client.until(/"Action":"create"/), new RegExp(id));
    client.socket.destroy();
  });

  it('prunes only anonymous volumes since API 1.42, and refuses unknown filters', async () => {
    const make = (body: object) => call('POST', '/volumes/create', { body });
    const prune = async (path: string) => {
      const { status, json } = await call('POST', path);
      assert.equal(status, 200, json.message);
      return json.VolumesDeleted;
    };
    await make({ Name: 'data' });
    const { Name: anonymous } = (await make({})).json;
    const unknown = await call('POST', `/volumes/prune?filters=${encodeURIComponent('{"colour":["red"]}')}`);
    assert.equal(unknown.status, 400);
    assert.match(unknown.json.message, /invalid filter 'colour'/);
    assert.deepEqual(await prune('/v1.42/volumes/prune'), [anonymous]);
    assert.deepEqual(await prune('/volumes/prune'), []);
    assert.deepEqual(await prune(`/volumes/prune?filters=${encodeURIComponent('{"all":["true"]}')}`), [
      'data',
    ]);
    await make({ Name: 'data' });
    assert.deepEqual(await prune('/v1.41/volumes/prune'), ['data']);
  });

  it('lists the volumes that no container uses', async () => {
    for (const Name of ['free', 'used']) await call('POST', '/volumes/create', { body: { Name } });
    const { draft } = engine.containers.inspect(await create());
    const { mountpoint } = await engine.volumes.inspect('used');
    draft.mounts['/data'] = { type: 'bind', source: mountpoint, options: [] };
    const names = async (dangling: string) => {
      const filters = encodeURIComponent(JSON.stringify({ dangling: [dangling] }));
      const { Volumes } = (await call('GET', `/volumes?filters=${filters}`)).json;
      return Volumes.map(({ Name }: { Name: string }) => Name);
    };
    assert.deepEqual([await names('true'), await names('0')], [['free'], ['used']]);
  });

  it('has no managed plugins of Docker', async () => {
    assert.deepEqual((await call('GET', '/plugins')).json, []);
    const filters = (text: string) => `/plugins?filters=${encodeURIComponent(text)}`;
    assert.deepEqual((await call('GET', filters('{"enabled":["true"]}'))).json, []);
    assert.equal((await call('GET', filters('{"colour":["red"]}'))).status, 400);
    assert.equal((await call('GET', '/plugins/nosuch/json')).status, 404);
  });

  it('reports the parts of the disk usage that are asked for', async () => {
    const parts = async (query: string) => {
      const { Images, Containers, Volumes } = (await call('GET', `/system/df${query}`)).json;
      return [Images, Containers, Volumes].map((part) => Array.isArray(part));
    };
    assert.deepEqual(await parts(''), [true, true, true]);
    assert.deepEqual(await parts('?type=volume&type=image'), [true, false, true]);
    assert.equal((await call('GET', '/system/df?type=nosuch')).status, 400);
  });

  it('reports the space of pruned containers', async () => {
    await create();
    engine.containers.usage = () => Promise.resolve({ writable: 7, total: 9 });
    const { json } = await call('POST', '/containers/prune');
    assert.deepEqual([json.ContainersDeleted.length, json.SpaceReclaimed], [1, 7]);
  });

  describe('top', () => {
    const top = async (options: string) => {
      engine.containers.top = () => Promise.resolve([{ pid: process.pid, command: 'node' }]);
      const query = options && `?ps_args=${encodeURIComponent(options)}`;
      return await call('GET', `/containers/${await run({ Cmd: ['sleep', '1000'] })}/top${query}`);
    };

    for (const [options, titles] of [
      ['', ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD']],
      ['-o pid,comm', ['PID', 'COMMAND']],
      ['aux', ['USER', 'PID', '%CPU', '%MEM', 'VSZ', 'RSS', 'TTY', 'STAT', 'START', 'TIME', 'COMMAND']],
    ] as const)
      it(`has the columns of ps ${options}, and only the container’s processes`, async () => {
        const { Titles, Processes } = (await top(options)).json;
        assert.deepEqual(Titles, titles);
        assert.deepEqual(
          Processes.map((row: string[]) => [row.length, row[titles.findIndex((title) => title === 'PID')]]),
          [[titles.length, String(process.pid)]],
        );
      });

    for (const [options, message] of [
      ['-o comm', /Couldn't find PID field in ps output/],
      ['-x ; touch /tmp/never', /^ps: error/],
      ['a'.repeat(2000), /at most 1024/],
    ] as const)
      it(`refuses ${options.slice(0, 30)}`, async () => {
        const { status, json } = await top(options);
        assert.equal(status, 400);
        assert.match(json.message, message);
      });
  });

  it('creates, lists and removes volumes', async () => {
    assert.equal(
      (await call('POST', '/volumes/create', { body: { Name: 'data', Labels: { a: 'b' } } })).status,
      201,
    );
    assert.equal((await call('GET', '/volumes/data')).json.Mountpoint, '/fake/volumes/data/_data');
    assert.equal((await call('GET', '/volumes')).json.Volumes.length, 1);
    const body = { Name: 'scratch', Driver: 'ram', DriverOpts: { size: '1m' } };
    const made = await call('POST', '/volumes/create', { body });
    assert.deepEqual([made.status, made.json.Driver, made.json.Options], [201, 'ram', { size: '1m' }]);
    const filters = encodeURIComponent(JSON.stringify({ driver: ['ram'] }));
    const { Volumes } = (await call('GET', `/volumes?filters=${filters}`)).json;
    assert.deepEqual(
      Volumes.map(({ Name }: { Name: string }) => Name),
      ['scratch'],
    );
    assert.equal((await call('DELETE', '/volumes/data')).status, 204);
    const { status, json } = await call('GET', '/volumes/data');
    assert.equal(status, 404);
    assert.match(json.message, /^get data: no such volume/);
  });

  it('lists and inspects its networks', async () => {
    const { json } = await call('GET', '/networks');
    assert.deepEqual(
      json.map((network: { Name: string }) => network.Name),
      ['bridge', 'host', 'none'],
    );
    const id = await run({ Cmd: ['sleep', '1000'] });
    const bridge = await call('GET', `/networks/${json[0].Id.slice(0, 12)}`);
    assert.equal(bridge.json.IPAM.Config[0].Subnet, '172.29.0.0/16');
    assert.ok(bridge.json.Containers[id]);
    assert.equal((await call('GET', '/networks/nosuch')).status, 404);
  });

  describe('Pouch’s extensions', () => {
    it('plan without creating anything', async () => {
      const { status, json } = await call('POST', '/pouch/plan?name=web', {
        body: {
          Image: 'busybox',
          Rich: true,
          HostConfig: { Isolation: 'process' },
        },
      });
      assert.equal(status, 200);
      assert.equal(json.runtime, 'runc');
      assert.equal(json.spec.ociVersion, '1.1.0');
      assert.match(json.warnings[0], /Isolation/);
      assert.equal('draft' in json, false);
      assert.deepEqual(engine.containers.list({ all: true }), []);
    });

    it('explain a container and show its plan', async () => {
      const id = await create({ Hostname: 'web' });
      const { json } = await call('GET', `/pouch/containers/${id.slice(0, 12)}/explain?field=hostname`);
      assert.equal(json[0].after, 'web');
      assert.deepEqual((await call('GET', `/pouch/containers/${id}/explain?field=mounts`)).json, []);
      assert.equal((await call('GET', `/pouch/containers/${id}/plan`)).json.runtime, 'runc');
    });

    it('record what a container was planned from', async () => {
      const id = await create();
      const { json } = await call('GET', `/pouch/containers/${id}/recording`);
      assert.deepEqual([json.recording, (json.container as { id: string }).id], [1, id]);
    });

    it('show what plugins did in the life of a container', async () => {
      const { json } = await call('GET', `/pouch/containers/${await create()}/timeline`);
      const [first] = json as unknown as { verb: string; taps: { plugin: string; log: object[] }[] }[];
      assert.equal(first?.verb, 'create');
      assert.deepEqual([first.taps[0]?.plugin, first.taps[0]?.log.length], ['corp', 1]);
      assert.equal((await call('GET', '/pouch/containers/nosuch/timeline')).status, 404);
    });

    it('list the effects of a container, and drop one', async () => {
      const path = `/pouch/containers/${await create()}/effects`;
      const [first] = (await call('GET', path)).json as { key: string; state: string }[];
      assert.equal(first?.state, 'applied');
      const { json: why } = await call('GET', `${path}/${first.key}`);
      assert.deepEqual([why.key, why['args']], [first.key, { target: '/home/ann' }]);
      assert.equal((await call('GET', `${path}/nosuch`)).json.code, 'PCH_EFFECT_NOT_FOUND');
      assert.equal((await call('DELETE', `${path}/${first.key}`)).json.key, first.key);
      const { status, json } = await call('DELETE', `${path}/nosuch`);
      assert.deepEqual([status, json.code], [404, 'PCH_EFFECT_NOT_FOUND']);
    });

    it('create a base image with progress', async () => {
      const body = { reference: 'debian:bookworm', suite: 'bookworm', include: ['systemd'] };
      const { text } = await call('POST', '/pouch/images/bootstrap', { body });
      assert.match(text, /Unpacking packages.*"aux":\{"ID":"sha256:/s);
      assert.equal((await call('POST', '/pouch/images/bootstrap', { body: {} })).status, 400);
    });

    it('report operations and the host', async () => {
      assert.deepEqual((await call('GET', '/pouch/ops')).json, []);
      assert.equal((await call('GET', '/pouch/info')).json.cgroupParent, '/pouch');
    });
  });
});
