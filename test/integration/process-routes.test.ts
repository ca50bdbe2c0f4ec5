import assert from 'node:assert/strict';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
import { ask, RawClient, type RawResponse } from '../support/RawClient.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const support = resolve(import.meta.dirname, 'support');

describe('routes of plugins that are processes', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, sh } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const socket = () => join(daemon.it.state, 'pouchd.sock');
  const call = (method: string, path: string, body?: unknown) =>
    ask(socket(), method, `/plugins${path}`, body === undefined ? {} : { body });
  const get = (path: string) => call('GET', encodeURI(path));

  /** Reloads with the plugins of the test; `options` are more of the module's. */
  async function use(options = ''): Promise<void> {
    const given = `options: { go: ${at('go')}/now${options} }, grants: { paths: { read: [${at('go')}] } }`;
    const entries = [`path: ${at('badRoutes.ts')}, ${given}`, `path: ${at('ugly')}`, `path: ${at('quota')}`];
    await daemon.it.configure(`plugins:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`);
    await ok('plugin', 'reload');
  }

  before(async () => {
    await mkdir(at('go'), { mode: 0o755 });
    await cp(join(support, 'plugins/badRoutes.ts'), at('badRoutes.ts'));
    await cp(join(support, 'ugly_route.py'), at('ugly'));
    await chmod(at('ugly'), 0o755);
    await writeFile(at('quota'), documentedBlock('guides/process-plugins.md', "'name': 'quota'"), {
      mode: 0o755,
    });
    await use();
  });

  /** A process that hangs takes calls until it is killed, half a second after a deadline. */
  async function becomes(path: string, expected: unknown): Promise<void> {
    let last: RawResponse | undefined;
    const matches = async () => JSON.stringify((last = await get(path)).json) === JSON.stringify(expected);
    assert.ok(await waitUntil(matches, { withinMs: 30_000 }), last?.text.slice(0, 1000));
  }

  /** Routes work, and so do containers. */
  async function works(): Promise<void> {
    await becomes('/bad-routes/bad/works', 'works');
    await becomes('/ugly/ugly/works?a=b', { how: 'works', a: 'b' });
    assert.equal(await sh('echo plain'), 'plain');
  }

  async function noOperations(): Promise<void> {
    const isEmpty = async () => (await daemon.it.client.pouch.ops()).length === 0;
    assert.ok(await waitUntil(isEmpty, { withinMs: 30_000 }), await ok('ops'));
  }

  async function isSeen(expected: object): Promise<void> {
    let last: RawResponse | undefined;
    const matches = async () => {
      last = await get('/bad-routes/seen');
      return Object.entries(expected).every(([name, value]) => last?.json?.[name] === value);
    };
    assert.ok(await waitUntil(matches, { withinMs: 30_000 }), last?.text);
  }

  /** A request whose response nobody waits for. */
  function begin(path: string): RawClient {
    const client = new RawClient(socket());
    client.send(`GET /plugins${path} HTTP/1.1\r\nHost: pouch\r\nConnection: close\r\n\r\n`);
    return client;
  }

  it('parameters, query, body and defaults arrive; status, JSON, text and type come back', async () => {
    const put = await call('PUT', '/bad-routes/people/a%20b?since=1', { age: 7 });
    assert.deepEqual([put.status, put.json], [201, { name: 'a b', age: 7, town: 'Ulm', since: '1' }]);
    const text = await call('GET', '/bad-routes/people');
    assert.deepEqual([text.text, text.headers['content-type']], ['ann\nbob\n', 'text/plain; charset=utf-8']);
    const page = await call('GET', '/bad-routes/page');
    assert.deepEqual([page.text, page.headers['content-type']], ['<p>', 'text/html; charset=utf-8']);
    const none = await call('DELETE', '/bad-routes/people');
    assert.deepEqual([none.status, none.text], [204, '']);
    const large = await get('/bad-routes/bad/large');
    assert.deepEqual([large.status, large.text.length], [200, 7 * 1024 * 1024]);
  });

  it('the caller is known', async () => {
    const { json } = await get('/bad-routes/caller');
    assert.deepEqual([json.transport, json.uid, json.pid], ['unix', process.getuid?.(), process.pid]);
  });

  it('an executable has them too, and so has the example of the guide', async () => {
    assert.equal((await call('POST', '/ugly/sum', { a: 3, b: 4 })).json, 7);
    for (const how of ['nothing', 'null']) assert.equal((await get(`/ugly/ugly/${how}`)).status, 204);
    assert.deepEqual((await call('PUT', '/quota/quotas/ann', { mib: 512 })).json, { user: 'ann', mib: 512 });
    assert.deepEqual((await get('/quota/quotas/ann')).json, { user: 'ann', mib: 512 });
    const { status, json } = await get('/quota/quotas/bob');
    assert.deepEqual([status, json.code, json.plugin], [404, 'PCH_NOT_FOUND', 'quota']);
  });

  it('headers of the response are those of the plugin', async () => {
    const { status, headers, json } = await get('/bad-routes/headers');
    assert.deepEqual([status, json, headers['x-own'], headers['cache-control']], [203, 1, 'yes', 'no-store']);
    assert.equal((await get('/ugly/ugly/headers')).headers['x-own'], 'yes');
  });

  it('a body is streamed, in texts and bytes, by modules and executables', async () => {
    const lines = await get('/bad-routes/stream/lines');
    assert.deepEqual(
      [lines.status, lines.headers['x-rows'], lines.headers['content-type']],
      [206, 'many', 'text/csv'],
    );
    assert.equal(lines.text, `${'x'.repeat(1023)}\n`.repeat(20 * 1024));
    assert.equal((await get('/bad-routes/stream/not awaited')).text.length, lines.text.length);
    assert.equal((await get('/bad-routes/stream/bytes')).text.length, 20 * 1024 * 1024);
    const rows = await get('/ugly/ugly/streams');
    assert.deepEqual(
      [rows.text, rows.headers['x-rows'], rows.headers['content-type']],
      ['a,b\nc,d', '2', 'text/csv'],
    );
    await works();
  });

  it('a stream waits for its client, and is cancelled when that leaves', async () => {
    const client = begin('/bad-routes/stream/endless');
    await client.until(/HTTP\/1.1 206/);
    client.socket.pause();
    const written = async () => (await get('/bad-routes/seen')).json.written as number;
    let last = -1;
    // What fits the buffers between the two is some MiB.
    const isStill = async () => last === (last = await written());
    assert.ok(await waitUntil(isStill, { withinMs: 10_000 }), `${last} bytes`);
    assert.ok(last < 64 * 1024 * 1024, `${last} bytes`);
    client.socket.destroy();
    await isSeen({ aborted: 'GET /plugins/bad-routes/stream/endless: the client has left' });
    await noOperations();
    await works();
  });

  for (const how of ['throws', 'exits', 'twice', 'a number', 'and returned'])
    it(`a stream that fails, ${how}, cuts the response off`, async () => {
      await assert.rejects(get(`/bad-routes/stream/${how}`), /aborted|socket hang up/);
      await works();
    });

  it('`plugin inspect` lists them', async () => {
    assert.match(await ok('plugin', 'inspect', 'ugly'), /"route": \[\s*"GET \/plugins\/ugly\/ugly\/:"/);
  });

  describe('with a mistake or a fault: a coded response, and the next call works', () => {
    const large = { text: `{"a": 1, "b": 2, "x": "${'x'.repeat(1024 * 1024)}"}` };
    const rows: [string, string, unknown, number, RegExp][] = [
      ['PUT', '/bad-routes/people/ann', { age: -1 }, 400, /PCH_BAD_REQUEST.*body age must be >= 0/],
      ['PUT', '/bad-routes/people/ann', undefined, 400, /PCH_BAD_REQUEST/],
      ['POST', '/ugly/sum', { a: 1, b: 'x' }, 400, /PCH_BAD_REQUEST.*body b must be integer, found string/],
      ['POST', '/ugly/sum', { a: 1, b: 2, c: 3 }, 400, /PCH_BAD_REQUEST.*is unknown/],
      ['POST', '/ugly/sum', large.text, 413, /PCH_BODY_TOO_LARGE/],
      ['POST', '/bad-routes/posts', { age: 1 }, 400, /PCH_BAD_REQUEST.*expected no body/],
      ['GET', '/bad-routes/peeple', undefined, 404, /PCH_PATH_NOT_FOUND.*it has /],
      ['GET', '/nobody/people', undefined, 404, /PCH_PATH_NOT_FOUND/],
    ];
    const faults: [string, number, RegExp][] = [
      ['/bad-routes/bad/throws', 500, /PCH_PLUGIN_FAILED.*not today/],
      ['/bad-routes/bad/refuses', 409, /PCH_CONFLICT.*people stay/],
      ['/bad-routes/bad/exits', 500, /PCH_PLUGIN_PROCESS.*exit code 7/],
      ['/bad-routes/bad/is killed', 500, /PCH_PLUGIN_PROCESS.*SIGKILL/],
      ['/bad-routes/bad/too large', 500, /PCH_PLUGIN_CONTRACT.*a value of more than 8 MiB/],
      ['/bad-routes/bad/a number', 500, /PCH_PLUGIN_CONTRACT.*must be an object, found number/],
      ['/bad-routes/bad/a list', 500, /PCH_PLUGIN_CONTRACT.*must be an object, found a list/],
      ['/bad-routes/bad/a bigint', 500, /PCH_PLUGIN_CONTRACT.*not plain data/],
      ['/bad-routes/bad/a circle', 500, /PCH_PLUGIN_CONTRACT.*not plain data/],
      ['/bad-routes/bad/status 100', 500, /PCH_PLUGIN_CONTRACT.*has the status 100/],
      ['/bad-routes/bad/another field', 500, /PCH_PLUGIN_CONTRACT.*the unknown field \\"body\\"/],
      [
        '/bad-routes/bad/its connection',
        500,
        /PCH_PLUGIN_CONTRACT.*has the header Connection, which belongs/,
      ],
      ['/bad-routes/bad/its length', 500, /has the header content-length, which pouchd sets/],
      ['/bad-routes/bad/a bad header', 500, /has the invalid header/],
      ['/bad-routes/bad/a bad name', 500, /has the invalid header/],
      ['/bad-routes/bad/a header twice', 500, /has the header .*x-a.* twice/],
      ['/bad-routes/bad/large headers', 500, /has headers of 17003 bytes, expected at most 16384/],
      ['/bad-routes/stream/a bad head', 500, /has the header Transfer-Encoding, which belongs/],
      ['/ugly/ugly/a connection header', 500, /has the header Keep-Alive, which belongs/],
      ['/ugly/ugly/streams badly', 500, /PCH_PLUGIN_CONTRACT.*has the header Upgrade, which belongs/],
      ['/ugly/ugly/writes first', 500, /PCH_PLUGIN_CONTRACT.*expected a call of stream before/],
      ['/bad-routes/bad/a bad type', 500, /PCH_PLUGIN_CONTRACT.*has the invalid type/],
      ['/bad-routes/late/waits', 504, /PCH_DEADLINE.*did not end within 700 ms/],
      ['/bad-routes/late/spins', 504, /PCH_DEADLINE.*did not end within 700 ms/],
      ['/ugly/ugly/refuses', 409, /PCH_CONFLICT.*not today/],
      ['/ugly/ugly/unknown code', 500, /PCH_PLUGIN_CONTRACT.*the unknown code PCH_NOPE/],
      ['/ugly/ugly/text', 500, /PCH_PLUGIN_CONTRACT.*must be an object, found string/],
      ['/ugly/ugly/a patch', 500, /PCH_PLUGIN_CONTRACT.*the route replied with a patch/],
      ['/ugly/ugly/another field', 500, /PCH_PLUGIN_CONTRACT.*the unknown field \\"body\\"/],
      ['/ugly/ugly/status text', 500, /PCH_PLUGIN_CONTRACT.*has the status \\"200\\"/],
      ['/ugly/ugly/a bad type', 500, /PCH_PLUGIN_CONTRACT.*has the invalid type 7/],
      ['/ugly/ugly/json and more', 500, /PCH_PLUGIN_PROTOCOL.*more/],
      ['/ugly/ugly/garbage', 500, /PCH_PLUGIN_PROTOCOL.*not JSON/],
      ['/ugly/ugly/a long line', 500, /PCH_PLUGIN_PROTOCOL.*more than 8 MiB/],
      ['/ugly/ugly/never', 504, /PCH_DEADLINE.*did not end within 3000 ms/],
      ['/ugly/ugly/floods', 504, /PCH_DEADLINE.*did not end within 3000 ms/],
      ['/ugly/ugly/is killed', 500, /PCH_PLUGIN_PROCESS.*SIGKILL/],
    ];
    for (const [path, status, pattern] of faults) rows.push(['GET', path, undefined, status, pattern]);
    for (const [method, path, body, status, pattern] of someOf(rows))
      it(`${method} ${path} with ${JSON.stringify(body)?.slice(0, 40) ?? 'nothing'}`, async () => {
        const found = await call(method, encodeURI(path), body);
        const { code, message, hint, plugin } = found.json;
        assert.match(`${JSON.stringify([code, message, hint])}`, pattern);
        assert.equal(found.status, status);
        if (!path.startsWith('/nobody') && !/PATH|LARGE/.test(code))
          assert.equal(plugin, path.split('/')[1] === 'ugly' ? 'ugly' : 'bad-routes');
        assert.equal(found.headers['x-injected'], undefined);
        await works();
      });

    it('one that may have changed something is not sent to the next process', async () => {
      const { status, json } = await call('POST', '/bad-routes/posts');
      assert.deepEqual([status, json.code], [500, 'PCH_PLUGIN_PROCESS']);
      await works();
      await isSeen({ posts: 0 });
    });
  });

  it('whose client leaves: the request is cancelled, and the operation is over', async () => {
    const client = begin('/bad-routes/bad/waits');
    await isSeen({ begun: 'waits' });
    client.socket.destroy();
    await isSeen({ aborted: 'GET /plugins/bad-routes/bad/waits: the client has left' });
    await noOperations();
    await works();
  });

  it('a reload while one runs: it ends with its version, and later requests have the new one', async () => {
    const client = begin('/bad-routes/bad/lasts');
    await isSeen({ begun: 'lasts' });
    assert.equal((await get('/bad-routes/later')).json, 'later');
    await use(', version: 2, hasLater: false');
    await isSeen({ version: 2 });
    assert.equal((await get('/bad-routes/later')).json.code, 'PCH_PATH_NOT_FOUND');
    await writeFile(join(at('go'), 'now'), '');
    assert.match(await client.untilEnd(), /"version 1"\n$/);
    await works();
  });

  it('kill -9 of pouchd while one runs: the connection ends, and the next pouchd has the route', async () => {
    const client = begin('/bad-routes/bad/waits');
    await isSeen({ begun: 'waits' });
    await daemon.it.kill9();
    assert.equal(await client.untilEnd(), '');
    await daemon.it.start();
    await works();
  });
});
