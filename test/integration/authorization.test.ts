import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DockerPlugin } from '../support/DockerPlugin.ts';
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
