import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DockerPlugin } from '../support/DockerPlugin.ts';
import { RawClient } from '../support/RawClient.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** What a plugin is asked, in Docker's names. */
interface Asked {
  call: string;
  User: string;
  RequestMethod: string;
  RequestUri: string;
  RequestHeaders: Record<string, string>;
  RequestBody?: string;
  ResponseStatusCode?: number;
  ResponseBody?: string;
}

/** An authorization plugin with decisions of the test. */
class StandIn extends DockerPlugin {
  readonly asked: Asked[] = [];
  decide: (asked: Asked) => object | 'hang' = () => ({ Allow: true });

  constructor() {
    super('authz', (method, body) => {
      const asked = { ...(body as Omit<Asked, 'call'>), call: method.replace('AuthZPlugin.', '') };
      this.asked.push(asked);
      const decision = this.decide(asked);
      return decision === 'hang' ? undefined : decision;
    });
  }

  of(call: string, uri: RegExp): Asked[] {
    return this.asked.filter((asked) => asked.call === call && uri.test(asked.RequestUri));
  }
}

describe('authorization plugins', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  let plugin: StandIn;
  const socket = () => join(daemon.it.dir, 'authz.sock');

  async function configure(yaml: string): Promise<void> {
    await daemon.it.configure(yaml);
    await daemon.it.reload(/configuration reloaded/);
  }

  const useStandIn = () => configure(`authorization: { plugins: ['unix://${socket()}'], timeout: 1s }\n`);

  beforeEach(async () => {
    plugin = new StandIn();
    await plugin.listen(socket());
    await useStandIn();
  });

  afterEach(async () => {
    await configure('');
    await plugin.close();
    await rm(socket(), { force: true });
  });

  it('see each request with its body before it runs, and each response before it is sent', async () => {
    assert.equal(await daemon.sh('echo hello', '--label', 'a=b'), 'hello');
    const [created] = plugin.of('AuthZReq', /\/containers\/(create|run)|\/pouch\/run/);
    assert.ok(created, JSON.stringify(plugin.asked));
    assert.equal(created.RequestMethod, 'POST');
    assert.match(Buffer.from(created.RequestBody ?? '', 'base64').toString(), /"a":"b"/);
    await ok('ps', '-aq');
    const [listed] = plugin.of('AuthZRes', /\/containers\/json/);
    assert.equal(listed?.ResponseStatusCode, 200);
    assert.match(Buffer.from(listed.ResponseBody ?? '', 'base64').toString(), /^\[/);
  });

  it('deny a request with their message, and what they allow works', async () => {
    plugin.decide = ({ RequestBody = '' }) =>
      Buffer.from(RequestBody, 'base64').toString().includes('"Privileged":true')
        ? { Allow: false, Msg: 'no privileged containers' }
        : { Allow: true };
    const { exitCode, stderr } = await pouch('run', '--rm', '--privileged', 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(stderr, /authorization denied by plugin unix:.*authz\.sock: no privileged containers/);
    assert.match(stderr, /PCH_AUTHORIZATION_DENIED/);
    assert.equal(await ok('ps', '-aq'), '');
    assert.equal(await daemon.sh('echo again'), 'again');
  });

  it('deny a response, which the client does not get', async () => {
    plugin.decide = ({ call, RequestUri }) =>
      call === 'AuthZRes' && RequestUri.includes('/info')
        ? { Allow: false, Msg: 'not this' }
        : { Allow: true };
    assert.match((await pouch('info')).stderr, /authorization denied by plugin .*: not this/);
    await ok('version');
  });

  it('let streams through as they come', async () => {
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'echo one; sleep 1000');
    const sent = request({
      socketPath: `${daemon.it.state}/pouchd.sock`,
      path: `/containers/${id}/logs?follow=1&stdout=1`,
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const [chunk] = (await once(response, 'data')) as [Buffer];
    assert.match(chunk.toString(), /one/);
    sent.destroy();
    assert.equal(await ok('exec', id, 'echo', 'two'), 'two');
    assert.equal(plugin.of('AuthZReq', /\/exec\/[^/]+\/start/).length, 1);
    await ok('rm', '-f', id);
  });

  it('deny streams of every kind before their first byte, and see how they begin', async () => {
    const id = await ok('run', '-d', '-i', 'busybox', 'sh', '-c', 'echo secret; sleep 1000');
    const exec = async (command: string) =>
      (await daemon.it.client.execs.create(id, { Cmd: [command], AttachStdout: true })).Id;
    const streams = 'stream=1&stdout=1&logs=1';
    const [handshake, json] = [
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
      'Content-Type: application/json\r\nContent-Length: 2\r\n',
    ];
    const upgrade = `Connection: Upgrade\r\nUpgrade: tcp\r\n${json}`;
    const requests: [string, string, number][] = [
      [`GET /containers/${id}/logs?follow=1&stdout=1`, '', 200],
      [`GET /containers/${id}/logs?stdout=1`, '', 200],
      [`POST /containers/${id}/attach?${streams}`, upgrade, 101],
      [`POST /containers/${id}/attach?${streams}`, json, 200],
      [`GET /containers/${id}/attach/ws?${streams}`, handshake, 101],
      [`POST /exec/${await exec('hostname')}/start`, upgrade, 101],
      [`POST /exec/${await exec('no-such-command')}/start`, json, 200],
      [`GET /containers/${id}/archive?path=/etc/passwd`, '', 200],
      [`GET /containers/${id}/export`, '', 200],
      [`GET /containers/${id}/stats`, '', 200],
      ['GET /events', '', 200],
      [`POST /containers/${id}/wait`, json, 200],
    ];
    for (const [line, headers, status] of requests) {
      const send = () => {
        const client = new RawClient(`${daemon.it.state}/pouchd.sock`);
        const body = headers.endsWith(json) ? '{}' : '';
        client.send(`${line} HTTP/1.1\r\nHost: pouch\r\n${headers}\r\n${body}`);
        return client;
      };
      plugin.asked.length = 0;
      plugin.decide = ({ call }) =>
        call === 'AuthZRes' ? { Allow: false, Msg: 'not this stream' } : { Allow: true };
      const denied = send();
      const seen = await denied.until(/not this stream.*\n$/s);
      assert.match(seen, /^HTTP\/1\.1 403 /, line);
      assert.doesNotMatch(seen, /secret|root:|101 /, line);
      denied.socket.destroy();
      const asked = plugin.of('AuthZRes', /./);
      assert.deepEqual([asked.length, asked[0]?.ResponseStatusCode], [1, status], line);
      assert.equal(asked[0]?.ResponseBody, undefined, line);
      plugin.decide = () => ({ Allow: true });
      if (line.includes('/exec/')) continue;
      const allowed = send();
      if (!/events|wait/.test(line))
        await allowed.until(new RegExp(`^HTTP/1\\.1 ${status} .*\\r\\n\\r\\n.`, 's'));
      else await allowed.until(new RegExp(`^HTTP/1\\.1 ${status} `));
      allowed.socket.destroy();
    }
    await ok('rm', '-f', id);
  });

  it('whose decision about a stream hangs or comes after the client has left harm nothing', async () => {
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'yes');
    plugin.decide = ({ call }) => (call === 'AuthZRes' ? 'hang' : { Allow: true });
    const socket = `${daemon.it.state}/pouchd.sock`;
    const request = `GET /containers/${id}/logs?follow=1&stdout=1 HTTP/1.1\r\nHost: pouch\r\n\r\n`;
    const waiting = new RawClient(socket);
    waiting.send(request);
    for (let n = 0; n < 20; n++) {
      const leaving = new RawClient(socket);
      leaving.socket.end(request, () => leaving.socket.destroy());
    }
    assert.match(await waiting.until(/\r\n\r\n.*\n/s), /^HTTP\/1\.1 500 .*did not respond within 1000 ms/s);
    waiting.socket.destroy();
    plugin.decide = () => ({ Allow: true });
    await ok('rm', '-f', id);
  });

  it('get no passwords', async () => {
    const headers = {
      'X-Registry-Auth': 'c2VjcmV0',
      'X-Registry-Config': 'c2VjcmV0',
      Authorization: 'Bearer c2VjcmV0',
    };
    const sent = request({
      socketPath: `${daemon.it.state}/pouchd.sock`,
      method: 'POST',
      path: '/images/create?fromImage=localhost:1/x',
      headers,
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await text(response);
    const [asked] = plugin.of('AuthZReq', /images\/create/);
    assert.ok(asked);
    assert.doesNotMatch(JSON.stringify(asked), /c2VjcmV0/);
  });

  it('that hang, fail or are gone deny everything, until they are back', async () => {
    const faults: [() => Promise<void> | void, RegExp][] = [
      [() => void (plugin.decide = () => 'hang'), /did not respond within 1000 ms/],
      [() => void (plugin.decide = () => ({ Allow: true, Err: 'no database' })), /AuthZReq: no database/],
      [() => void (plugin.decide = () => [1]), /expected an object/],
      [() => void (plugin.decide = () => ({ Msg: 'undecided' })), /denied by plugin.*undecided/],
      [() => plugin.close(), /ENOENT|ECONNREFUSED/],
    ];
    for (const [fault, says] of faults) {
      await fault();
      const { exitCode, stderr } = await pouch('ps');
      assert.equal(exitCode, 1);
      assert.match(stderr, says);
    }
    plugin = new StandIn();
    await plugin.listen(socket());
    await ok('ps');
  });

  it('of another kind deny everything, until they are what they should be', async () => {
    const path = join(daemon.it.dir, 'other.sock');
    const other = new StandIn();
    other.implements = ['VolumeDriver'];
    await other.listen(path);
    try {
      await configure(`authorization: { plugins: ['unix://${path}'] }\n`);
      assert.match((await pouch('ps')).stderr, /it implements \["VolumeDriver"\], expected authz/);
      other.implements = ['authz'];
      await ok('ps');
    } finally {
      await other.close();
    }
  });

  it('of a name without a socket deny everything, and a reload ends that', async () => {
    await configure('authorization: { plugins: [no-such-plugin] }\n');
    const { stderr } = await pouch('ps');
    assert.match(stderr, /AuthZReq: the plugin no-such-plugin has no socket \/run\/docker\/plugins/);
    assert.match(stderr, /PCH_AUTHORIZATION_FAILED/);
    await configure('');
    await ok('ps');
  });
});
