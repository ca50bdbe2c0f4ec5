import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeEngine } from '../../../../support/fakeEngine.ts';
import { freePort } from '../../../../support/freePort.ts';
import { hostFacts, serveApi, silent, surfaceOf } from '../../../../support/apiServer.ts';
import { ask, RawClient } from '../../../../support/RawClient.ts';

describe('addresses of the API', () => {
  it('serves TCP on loopback, for local names only', async () => {
    const port = await freePort();
    const api = await serveApi(fakeEngine(), { listen: [`tcp://127.0.0.1:${port}`] });
    const responseTo = (host: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let text = '';
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(`GET /_ping HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
        );
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
        socket.on('end', () => resolve(text)).on('error', reject);
      });
    try {
      assert.match(await responseTo(`127.0.0.1:${port}`), /^HTTP\/1\.1 200/);
      assert.match(await responseTo(`localhost:${port}`), /^HTTP\/1\.1 200/);
      assert.match(await responseTo('attacker.example'), /^HTTP\/1\.1 403/);
    } finally {
      await api.stop();
    }
  });

  const groups: [string | undefined, number][] = [
    [undefined, 0o600],
    [String(process.getgid?.()), 0o660],
  ];
  for (const [socketGroup, mode] of groups)
    it(`gives the socket mode ${mode.toString(8)} with the group ${socketGroup}`, async () => {
      const directory = await mkdtemp(join(tmpdir(), 'pouch-listen-'));
      const path = join(directory, 'api.sock');
      const surface = await surfaceOf({ ...hostFacts([`unix://${path}`]), socketGroup }, silent);
      try {
        await surface.start(fakeEngine(), () => {});
        assert.equal((await stat(path)).mode & 0o777, mode);
      } finally {
        await surface.stop();
        await rm(directory, { recursive: true });
      }
    });

  it('reports a group that does not exist', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pouch-listen-'));
    const host = { ...hostFacts([`unix://${directory}/api.sock`]), socketGroup: 'no-such-group' };
    const surface = await surfaceOf(host, silent);
    try {
      await assert.rejects(
        surface.start(fakeEngine(), () => {}),
        /found "no-such-group"/,
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('replaces the socket of a dead daemon, not of a running one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pouch-listen-'));
    const path = join(directory, 'api.sock');
    await writeFile(path, '');
    const first = await surfaceOf(hostFacts([`unix://${path}`]), silent);
    const second = await surfaceOf(hostFacts([`unix://${path}`]), silent);
    try {
      await first.start(fakeEngine(), () => {});
      await assert.rejects(
        second.start(fakeEngine(), () => {}),
        { code: 'PCH_LISTEN' },
      );
      assert.equal((await ask(path, 'GET', '/_ping')).status, 200);
    } finally {
      await first.stop();
      await rm(directory, { recursive: true });
    }
  });

  for (const address of [
    'tcp://0.0.0.0:2375',
    'tcp://192.0.2.1:2375',
    'http://127.0.0.1:1',
    'tcp://127.0.0.1',
  ])
    it(`refuses ${address}`, async () => {
      const surface = await surfaceOf(hostFacts([address]), silent);
      await assert.rejects(
        surface.start(fakeEngine(), () => {}),
        { code: 'PCH_LISTEN' },
      );
    });

  it('ends streams when it stops', async () => {
    const engine = fakeEngine();
    await engine.images.pull('busybox');
    const api = await serveApi(engine);
    const { id } = await engine.containers.create({ image: 'busybox', command: ['sleep', '1'] });
    const clients = [new RawClient(api.socket), new RawClient(api.socket), new RawClient(api.socket)];
    clients[0]?.send('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    clients[1]?.upgrade(`/containers/${id}/attach?stream=1&stdout=1`);
    clients[2]?.send(`POST /containers/${id}/wait HTTP/1.1\r\nHost: x\r\n\r\n`);
    for (const client of clients) await client.until(/HTTP\/1\.1 (200|101)/);
    const start = Date.now();
    await api.stop();
    assert.ok(Date.now() - start < 2_500);
    for (const client of clients) await client.untilEnd();
  });
});
