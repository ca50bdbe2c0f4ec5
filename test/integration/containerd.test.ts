import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import {
  connectExternal,
  type ContainerdClient,
  contentRefs,
  ifFound,
  readMetric,
  SnapshotKind,
  TaskStatus,
  type ContainerdEvent,
} from '../../core/containerd/index.ts';
import { TestContainerd } from './support/TestContainerd.ts';
import { fastest } from '../support/fastest.ts';

const digestOf = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`;

function* chunks(data: Buffer, offset: number, size = 256 << 10): Generator<Buffer> {
  for (let at = offset; at < data.length; at += size) yield data.subarray(at, at + size);
}

describe('the containerd client', function () {
  this.timeout(60_000);
  let test: TestContainerd;
  let client: ContainerdClient;

  before(async () => {
    test = await TestContainerd.start();
    client = test.client;
  });
  after(() => test?.remove());

  it('reports the version, the snapshotters and the server', async () => {
    assert.match((await client.version.get()).version, /^v?\d+\.\d+/);
    assert.ok((await client.introspection.snapshotters()).length > 0);
    assert.match((await client.introspection.server()).uuid, /^[0-9a-f-]{36}$/);
    assert.equal(await client.introspection.root(), join(test.dir, 'root'));
  });

  it('responds to a small call in about a millisecond', async () => {
    const ms = await fastest(50, () => client.version.get());
    assert.ok(ms < 5, `${ms} ms; 1 ms on an idle host`);
  });

  it('connects to an external containerd and names one that does not exist', async () => {
    const { client: external, version } = await connectExternal({ address: test.address, namespace: 'x' });
    external.close();
    assert.equal(version.version, (await client.version.get()).version);
    const missing = join(test.dir, 'missing.sock');
    await assert.rejects(
      connectExternal({ address: missing, namespace: 'x' }),
      (error: Error & { hint: string }) => {
        assert.match(error.message, /no containerd responds at .*missing\.sock/);
        assert.match(error.hint, /systemctl start containerd/);
        return true;
      },
    );
  });

  it('gives failures a code', async () => {
    await assert.rejects(client.images.get('none'), { code: 'PCH_CONTAINERD_NOT_FOUND' });
    assert.equal(await ifFound(client.images.get('none')), undefined);
    await client.namespaces.create({ name: 'twice' });
    await assert.rejects(client.namespaces.create({ name: 'twice' }), {
      code: 'PCH_CONTAINERD_ALREADY_EXISTS',
    });
    await client.namespaces.delete('twice');
    await assert.rejects(client.content.info('nonsense'), /PouchError|containerd Content.Info/);
    await assert.rejects(client.tasks.list({ deadlineMs: -1 }), { code: 'PCH_DEADLINE' });
    await assert.rejects(client.tasks.list({ signal: AbortSignal.abort() }), { code: 'PCH_CANCELLED' });
  });

  describe('content', () => {
    it('is written with labels and read back, whole or in part', async () => {
      const data = randomBytes(3 << 20);
      const digest = digestOf(data);
      const labels = { ...contentRefs({ config: digest }), kept: 'yes' };
      const progress: number[] = [];
      const lease = await client.leases.create({ expiresAt: new Date(Date.now() + 60_000) });
      await client.content.write(
        { ref: 'whole', size: data.length, digest, labels, onProgress: (offset) => progress.push(offset) },
        (offset) => chunks(data, offset),
        { lease: lease.id },
      );
      assert.equal(progress.at(-1), data.length);
      assert.deepEqual((await client.content.info(digest)).labels, labels);
      assert.deepEqual(await client.content.readAll(digest), data);
      const part: Buffer[] = [];
      for await (const bytes of client.content.read(digest, { offset: 1000, size: 500 })) part.push(bytes);
      assert.deepEqual(Buffer.concat(part), data.subarray(1000, 1500));
      await assert.rejects(client.content.readAll(digest, { limit: 1 << 20 }), {
        code: 'PCH_CONTENT_TOO_LARGE',
      });
      await client.leases.delete(lease.id, { sync: true });
    });

    it('is resumed where a broken write ended', async () => {
      const data = randomBytes(2 << 20);
      const blob = { ref: 'resumed', size: data.length, digest: digestOf(data) };
      const lease = (await client.leases.create({})).id;
      const cut = async function* () {
        yield data.subarray(0, 1 << 20);
        throw new Error('the line broke');
      };
      await assert.rejects(client.content.write(blob, cut, { lease }), /the line broke/);
      assert.equal((await client.content.listStatuses(['ref==resumed'])).length, 1);
      const from: number[] = [];
      const rest = (offset: number) => (from.push(offset), chunks(data, offset));
      await client.content.write(blob, rest, { lease });
      assert.deepEqual(from, [1 << 20]);
      assert.deepEqual(await client.content.readAll(blob.digest), data);
      await client.content.write(blob, () => assert.fail('it exists already'), { lease });
      await client.leases.delete(lease, { sync: true });
    });

    it('of a wrong digest or size is refused', async () => {
      const data = randomBytes(1000);
      const write = (blob: { ref: string; size: number; digest: string }) =>
        client.content.write(blob, (offset) => chunks(data, offset));
      const wrong = digestOf(Buffer.from('other'));
      await assert.rejects(write({ ref: 'digest', size: 1000, digest: wrong }), {
        code: 'PCH_CONTAINERD_PRECONDITION',
      });
      await assert.rejects(write({ ref: 'size', size: 999, digest: digestOf(data) }), {
        code: 'PCH_CONTAINERD_PRECONDITION',
      });
      for (const { ref } of await client.content.listStatuses()) await client.content.abort(ref);
    });

    it('write is ended by its signal, and the ref is free again', async () => {
      const stop = new AbortController();
      const blob = { ref: 'stopped', size: 2 << 20, digest: digestOf(Buffer.from('never')) };
      const endless = async function* () {
        for (;;) {
          yield randomBytes(1 << 10);
          stop.abort();
        }
      };
      await assert.rejects(client.content.write(blob, endless, { signal: stop.signal }), {
        code: 'PCH_CANCELLED',
      });
      const writer = await client.content.openWriter({ ref: 'stopped' });
      await writer.close();
      await client.content.abort('stopped');
    });
  });

  it('keeps what a lease covers and collects it afterwards', async () => {
    const data = Buffer.from('leased');
    const digest = digestOf(data);
    const lease = await client.leases.create({
      id: 'pull',
      labels: { who: 'test' },
      expiresAt: new Date(Date.now() + 60_000),
    });
    await client.content.write({ ref: 'l', size: data.length, digest }, () => [data], { lease: lease.id });
    assert.deepEqual(await client.leases.listResources('pull'), [{ id: digest, type: 'content' }]);
    assert.equal((await client.leases.list(['labels.who==test'])).length, 1);
    await client.leases.delete('pull', { sync: true });
    assert.equal(await ifFound(client.content.info(digest)), undefined);
  });

  it('names, lists, relabels and deletes images', async () => {
    const target = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(Buffer.from('m')),
      size: 1,
    };
    await client.images.create({ name: 'example.org/a:1', target, labels: { a: '1' } });
    await assert.rejects(client.images.create({ name: 'example.org/a:1', target }), {
      code: 'PCH_CONTAINERD_ALREADY_EXISTS',
    });
    await client.images.update({ name: 'example.org/a:1', target, labels: { b: '2' } }, ['labels.b']);
    assert.deepEqual((await client.images.get('example.org/a:1')).labels, { a: '1', b: '2' });
    assert.equal((await client.images.list(['name==example.org/a:1'])).length, 1);
    await client.images.delete('example.org/a:1', { sync: true });
    assert.deepEqual(await client.images.list(), []);
  });

  it('unpacks a layer into a snapshot, commits it and makes a diff of a child', async () => {
    const lease = (await client.leases.create({})).id;
    const layer = pack();
    layer.entry({ name: 'hello' }, 'from the layer');
    layer.finalize();
    const tar = await buffer(layer);
    const descriptor = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf(tar),
      size: tar.length,
    };
    await client.content.write({ ref: 'layer', ...descriptor }, () => [tar], { lease });

    const mounts = await client.snapshots.prepare('extract', '', {}, { lease });
    assert.equal((await client.diff.apply(descriptor, mounts, { lease })).digest, descriptor.digest);
    await client.snapshots.commit('base', 'extract', { 'containerd.io/gc.root': 'x' }, { lease });
    assert.equal((await client.snapshots.stat('base')).kind, SnapshotKind.COMMITTED);
    assert.ok((await client.snapshots.usage('base')).size > 0);

    const child = await client.snapshots.prepare('child', 'base', {}, { lease });
    assert.deepEqual(child, await client.snapshots.mounts('child'));
    await assert.rejects(client.snapshots.remove('base'), { code: 'PCH_CONTAINERD_PRECONDITION' });
    assert.deepEqual(
      (await client.snapshots.list(['parent==base'])).map((info) => info.name),
      ['child'],
    );
    await client.snapshots.label('child', { a: 'b' });
    assert.deepEqual((await client.snapshots.stat('child')).labels, { a: 'b' });

    const left = await client.snapshots.view('before', 'base', {}, { lease });
    const diff = await client.diff.diff(
      { left, right: child, mediaType: descriptor.mediaType, ref: 'd' },
      { lease },
    );
    assert.ok(diff.size > 0);
    for (const key of ['before', 'child', 'base']) await client.snapshots.remove(key);
    await client.leases.delete(lease, { sync: true });
  });

  it('runs a task to its exit code and reports its events', async () => {
    const events = await client.events.subscribe([`namespace==${test.namespace},topic~="^/tasks/"`]);
    await test.createTask('exits', '/bin/sh', '-c', 'exit 7');
    assert.equal((await client.tasks.get('exits')).status, TaskStatus.CREATED);
    const exit = client.tasks.wait('exits');
    const pid = await client.tasks.start('exits');
    assert.equal((await exit).exitStatus, 7);
    assert.equal((await client.tasks.delete('exits')).exitStatus, 7);
    await client.containers.delete('exits');

    // The shim sends them from several goroutines, and a shim of 2.x may end before it has sent TaskDelete.
    const wanted = new Set(['TaskCreate', 'TaskStart', 'TaskExit']);
    const seen: ContainerdEvent[] = [];
    for await (const event of events)
      if (seen.push(event) && wanted.delete(event.type) && wanted.size === 0) break;
    const exited = seen.find((event) => event.type === 'TaskExit');
    assert.deepEqual(
      [exited?.event.containerId, exited?.event.exitStatus, exited?.event.pid],
      ['exits', 7, pid],
    );
  });

  it('ends a subscription that is returned, before it is read or while somebody waits', async () => {
    const unread = await client.events.subscribe();
    await unread.return();
    assert.equal((await unread.next()).done, true);
    const waiting = await client.events.subscribe(['topic=="/none"']);
    const next = waiting.next();
    await waiting.return();
    assert.equal((await next).done, true);
  });

  it('ends a subscription by its signal', async () => {
    const stop = new AbortController();
    const events = await client.events.subscribe(['topic=="/none"'], { signal: stop.signal });
    const next = events.next();
    stop.abort();
    await assert.rejects(next, { code: 'PCH_CANCELLED' });
  });

  it('execs, pauses, measures, updates and kills a task', async () => {
    await test.createTask('long', '/bin/sleep', '1000');
    await client.tasks.start('long');
    const process = { args: ['/bin/sh', '-c', 'exit 3'], cwd: '/', env: [], user: { uid: 0, gid: 0 } };
    await client.tasks.exec({ containerId: 'long', execId: 'e', process });
    const execExit = client.tasks.wait('long', 'e');
    await client.tasks.start('long', 'e');
    assert.equal((await execExit).exitStatus, 3);
    assert.equal((await client.tasks.deleteProcess('long', 'e')).exitStatus, 3);

    await client.tasks.pause('long');
    assert.equal((await client.tasks.get('long')).status, TaskStatus.PAUSED);
    await client.tasks.resume('long');
    await client.tasks.update('long', { memory: { limit: 64 << 20 } });
    const [metric] = await client.tasks.metrics(['id==long']);
    const usage = metric && readMetric(metric);
    assert.equal(usage?.memory.limitBytes, 64 << 20);
    assert.equal(usage?.pids.current, 1);
    assert.equal((await client.tasks.listPids('long')).length, 1);

    await assert.rejects(client.tasks.delete('long'), /container|task|running/);
    const exit = client.tasks.wait('long');
    await client.tasks.kill('long', 9);
    assert.equal((await exit).exitStatus, 137);
    await client.tasks.delete('long');
    await client.containers.delete('long');
  });

  it('reads and updates container records', async () => {
    await client.containers.create({
      id: 'r',
      runtime: { name: 'io.containerd.runc.v2' },
      spec: { ociVersion: '1.0.2' },
    });
    await client.containers.update({ id: 'r', labels: { a: 'b' } }, ['labels']);
    assert.deepEqual((await client.containers.get('r')).labels, { a: 'b' });
    assert.deepEqual(
      (await client.containers.list(['labels.a==b'])).map(({ id }) => id),
      ['r'],
    );
    await client.containers.delete('r');
  });
});

describe('a containerd address where nothing listens', function () {
  this.timeout(20_000);

  it('is unavailable, not a hang', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'pouch-cd-'));
    await writeFile(join(dir, 'sock'), '');
    await assert.rejects(connectExternal({ address: join(dir, 'sock'), namespace: 'x' }), {
      code: 'PCH_CONTAINERD_UNAVAILABLE',
    });
    await rm(dir, { recursive: true });
  });
});
