import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { identityOf } from '../support/host/inventory.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const seconds = 1000;

type Damage = (content: string, id: string) => string | undefined;

/** What becomes of a file; undefined removes it. */
const recordDamages: Record<string, Damage> = {
  empty: () => '',
  '{}': () => '{}',
  null: () => 'null',
  'cut off': (content) => content.slice(0, content.length / 2),
  garbage: () => '\u0000\u0001\u0002',
  'of another id': (content, id) => content.replaceAll(id, 'ab'.repeat(32)),
  'with a field of the wrong type': (content) =>
    content.replace(/"restartCount": \d+/, '"restartCount": "x"'),
  'of a later version': (content) => content.replace('"version": 1,', '"version": 99,'),
  lost: () => undefined,
};

const journalDamages: Record<string, Damage> = {
  'a line that is null': (content) => `null\n${content}`,
  'a garbled line': (content) => content.replace(/^.*"intent".*"netns".*$/m, '{"event":"int%%%'),
  'an entry of the wrong type': (content) => content.replace('"stage":"start"', '"stage":7'),
  'no content': () => '',
  'its second half lost': (content) => content.slice(0, content.indexOf('\n', content.length / 2) + 1),
  'a file that is lost': () => undefined,
};

describe('damaged records', function () {
  this.timeout(60 * seconds);
  this.slow(20 * seconds);
  const daemon = useDaemon();
  const ok = (...args: string[]) => daemon.ok(...args);
  const directoryOf = (id: string) => `${daemon.it.root}/containers/${id}`;
  let bystander = '';
  let identity = '';

  before(async () => {
    bystander = await ok('run', '-d', '--name', 'bystander', 'busybox', 'sleep', '1000');
    identity = identityOf((await daemon.it.inspect(bystander))!.State.Pid);
  });

  afterEach(async () => {
    const found = await daemon.it.inspect('bystander');
    assert.equal(found?.State.Status, 'running');
    assert.equal(identityOf(found.State.Pid), identity);
  });

  /** Restarts the daemon; meanwhile each file becomes what `damage` makes of it. Returns their previous contents. */
  async function damageFiles(
    files: { path: string; id: string; damage: Damage }[],
  ): Promise<() => Promise<void>> {
    const before = new Map<string, string>();
    await daemon.it.stop();
    for (const { path, id, damage } of files) {
      const content = await readFile(path, 'utf8');
      before.set(path, content);
      const damaged = damage(content, id);
      if (damaged === undefined) await rm(path);
      else {
        assert.notEqual(damaged, content, path);
        await writeFile(path, damaged);
      }
    }
    await daemon.it.start();
    return async () => {
      await daemon.it.stop();
      for (const [path, content] of before) await writeFile(path, content);
      await daemon.it.start();
    };
  }

  async function snapshots(): Promise<string[]> {
    return (await daemon.it.containerd.snapshots.list()).map(({ name }) => name);
  }

  async function refused(...args: string[]): Promise<void> {
    const { exitCode, stderr } = await daemon.pouch(...args);
    assert.notEqual(exitCode, 0, args.join(' '));
    assert.match(stderr, /is damaged: config\.json: /, args.join(' '));
    assert.match(stderr, /restore .*config\.json|start the later pouchd/);
  }

  it('a config.json that is damaged in any way costs nothing: once it is restored, the container is as before', async () => {
    const names = someOf(Object.keys(recordDamages));
    const running = await Promise.all(
      names.map(() => ok('run', '-d', '--network', 'none', 'busybox', 'sleep', '1000')),
    );
    const stopped = await Promise.all(
      names.map(async (name) => {
        const id = await ok(
          'create',
          '-v',
          '/data',
          'busybox',
          'sh',
          '-c',
          'cat /kept || echo content >/kept',
        );
        return { id, name };
      }),
    );
    const pids = await Promise.all(running.map(async (id) => (await daemon.it.inspect(id))!.State.Pid));
    const volumes = await ok('volume', 'ls', '-q');
    const ids = [...running, ...stopped.map(({ id }) => id)];
    const damages = names.map((name) => recordDamages[name]!);
    const restore = await damageFiles(
      ids.map((id, n) => ({
        path: `${directoryOf(id)}/config.json`,
        id,
        damage: damages[n % damages.length]!,
      })),
    );

    const listed = await daemon.it.client.containers.list({ all: true });
    for (const [n, id] of ids.entries()) {
      const found = listed.find(({ Id }) => Id === id);
      assert.equal(found?.State, 'dead', names[n % names.length]);
      assert.match(found.Status, /^Damaged: config\.json: (expected|not found|id: |restartCount: )/);
      assert.ok((await snapshots()).includes(id), 'its snapshot stays');
    }
    for (const pid of pids) assert.ok(existsSync(`/proc/${pid}`), 'its process keeps running');
    await ok('volume', 'prune', '-f');
    assert.equal(await ok('volume', 'ls', '-q'), volumes);
    await ok('container', 'prune', '-f');
    const [first, second] = running as [string, string];
    assert.match(await ok('inspect', first), /"Damage": \{\s+"Path": ".*config\.json"/);
    for (const verb of [['start'], ['exec'], ['logs'], ['restart'], ['pause'], ['rm']])
      await refused(...verb, first, ...(verb[0] === 'exec' ? ['true'] : []));
    assert.match(await ok('doctor'), new RegExp(`${first.slice(0, 12)} is damaged: config.json`));
    await ok('stop', '-t', '0', first);
    await ok('kill', second);

    await restore();
    for (const [n, id] of running.entries()) {
      if (n < 2) await daemon.it.until(id, 'exited');
      else assert.equal((await daemon.it.inspect(id))?.State.Pid, pids[n]);
    }
    await ok('start', first);
    await ok('start', ...stopped.map(({ id }) => id));
    await ok('rm', '-f', '-v', ...ids);
  });

  it('rm -f removes a damaged container with all that it has', async () => {
    const before = await daemon.it.inventory();
    const withAll = ['-p', '127.0.0.1:0:80', '--userns', 'auto'];
    const ids = await Promise.all([
      ok('run', '-d', '-v', '/data', 'busybox', 'sleep', '1000'),
      ok('run', '-d', ...withAll, 'busybox', 'sleep', '1000'),
      ok('run', '-d', ...withAll, 'busybox', 'sleep', '1000'),
      ok('create', '-v', '/data', 'busybox', 'true'),
    ]);
    const [plain, mapped, bare] = ids;
    await damageFiles([
      ...ids.map((id) => ({ path: `${directoryOf(id)}/config.json`, id, damage: () => '{}' })),
      { path: `${directoryOf(mapped)}/journal.jsonl`, id: mapped, damage: () => undefined },
      { path: `${directoryOf(plain)}/plan.json`, id: plain, damage: () => 'null' },
      ...['journal.jsonl', 'plan.json', 'spec.json'].map((file) => ({
        path: `${directoryOf(bare)}/${file}`,
        id: bare,
        damage: () => undefined,
      })),
    ]);
    await ok('rm', '-f', '-v', ...ids);
    assert.deepEqual(await daemon.it.leftovers(before), []);
    assert.equal((await daemon.pouch('inspect', plain)).exitCode, 1);
  });

  it('a damaged journal is rebuilt: its container keeps running, starts again, and leaves nothing', async () => {
    const before = await daemon.it.inventory();
    const names = someOf(Object.keys(journalDamages));
    const running = await Promise.all(
      names.map((_, n) =>
        // The network takes long, and is the same for all.
        ok(
          'run',
          '-d',
          ...(n < 1 ? ['-p', '127.0.0.1:0:80'] : ['--network', 'none']),
          'busybox',
          'sleep',
          '1000',
        ),
      ),
    );
    const stopped = await Promise.all(
      names.map(() => ok('create', '--network', 'none', '-v', '/data', 'busybox', 'true')),
    );
    await ok('start', ...stopped);
    await ok('wait', ...stopped);
    const pids = await Promise.all(running.map(async (id) => (await daemon.it.inspect(id))!.State.Pid));
    const damages = names.map((name) => journalDamages[name]!);
    await damageFiles(
      [...running, ...stopped].map((id, n) => ({
        path: `${directoryOf(id)}/journal.jsonl`,
        id,
        damage:
          n >= running.length && names[n - running.length] === 'a garbled line'
            ? (content) => content.replace(/^.*"intent".*"snapshot".*$/m, '{"event":"int%%%')
            : damages[n % damages.length]!,
      })),
    );
    for (const [n, id] of running.entries())
      assert.equal((await daemon.it.inspect(id))?.State.Pid, pids[n], names[n]);
    assert.match(await daemon.it.log(), /a journal is damaged: it is rebuilt from config\.json/);
    await ok('stop', '-t', '0', ...running);
    await ok('start', ...running, ...stopped);
    await ok('rm', '-f', '-v', ...running, ...stopped);
    assert.deepEqual(await daemon.it.leftovers(before), []);
  });

  it('a damaged spec.json is made again from plan.json, and a damaged plan.json is named by explain', async () => {
    const id = await ok('create', 'busybox', 'echo', 'made again');
    const [spec, plan] = ['spec.json', 'plan.json'].map((file) => `${directoryOf(id)}/${file}`) as [
      string,
      string,
    ];
    await writeFile(spec, '{"mounts":');
    assert.equal(await ok('start', '-a', id), 'made again');
    const healthy = await readFile(plan, 'utf8');
    await writeFile(plan, '{}');
    const { exitCode, stderr } = await daemon.pouch('explain', id);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /plan\.json: spec: expected/);
    await rm(spec);
    const failed = await daemon.pouch('start', id);
    assert.match(failed.stderr, /is damaged: spec\.json: not found; plan\.json: spec: expected/);
    await writeFile(plan, healthy);
    assert.equal(await ok('start', '-a', id), 'made again');
    assert.match(await ok('explain', id), /process\.command/);
    await ok('rm', id);
  });

  it('a damaged volume.json hides no other volume, and its data stays until it is removed by force', async () => {
    for (const name of ['good', 'bad', 'lost', 'later']) await ok('volume', 'create', name);
    const path = (name: string) => `${daemon.it.root}/volumes/${name}`;
    for (const name of ['bad', 'lost', 'later']) await writeFile(`${path(name)}/_data/kept`, name);
    const healthy = await readFile(`${path('bad')}/volume.json`, 'utf8');
    await writeFile(`${path('bad')}/volume.json`, healthy.slice(0, 20));
    await writeFile(`${path('later')}/volume.json`, '{"version":99}');
    await rm(`${path('lost')}/volume.json`);
    const { stdout, stderr } = await daemon.pouch('volume', 'ls', '-q');
    assert.deepEqual(stdout.trim().split('\n').sort(), ['bad', 'good', 'later', 'lost']);
    assert.match(stderr, /volume bad: volume\.json: expected JSON/);
    assert.match(await ok('volume', 'inspect', 'bad'), /"Damage": "volume\.json: expected JSON/);
    assert.equal(await daemon.sh('cat /v/kept', '-v', 'bad:/v'), 'bad', 'its data can be used');
    await ok('volume', 'prune', '-f', '-a');
    assert.ok(existsSync(`${path('bad')}/_data/kept`), 'prune leaves it');
    const removal = await daemon.pouch('volume', 'rm', 'bad');
    assert.match(removal.stderr, /the volume bad is damaged/);
    await writeFile(`${path('bad')}/volume.json`, healthy);
    await ok('volume', 'rm', 'bad');
    await ok('volume', 'rm', '-f', 'lost', 'later');
    assert.equal(await ok('volume', 'ls', '-q'), '');
  });

  it('a damaged image is reported, refused and repaired, and containers made from it keep working', async () => {
    const archive = `${daemon.it.dir}/busybox-copy.tar`;
    await ok('save', '-o', archive, 'busybox');
    const stopped = await ok('create', '--network', 'none', 'busybox', 'echo', 'works');
    const [record] = await daemon.it.containerd.images.list();
    const digest = record!.target!.digest.replace('sha256:', '');
    const blobs = `${daemon.it.root}/containerd/io.containerd.content.v1.content/blobs/sha256`;
    await daemon.it.stop();
    await writeFile(`${blobs}/${digest}`, '{');
    await daemon.it.start();

    const { stdout, stderr } = await daemon.pouch('images');
    assert.match(stdout, /^busybox +latest /m);
    assert.match(stderr, /warning: image busybox:latest is damaged: blob sha256:\w+ is damaged/);
    assert.match(await ok('doctor'), /image \S*busybox:latest is damaged: .*; pull or load it again/);
    const { exitCode, stderr: refusal } = await daemon.pouch('run', '--rm', 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(refusal, /PCH_IMAGE_DAMAGED/);
    assert.equal((await daemon.pouch('rmi', 'busybox')).exitCode, 1, 'containers use it');
    assert.equal(await ok('start', '-a', stopped), 'works');
    await ok('image', 'prune', '-a', '-f');

    await ok('load', '-i', archive);
    assert.equal(await daemon.sh('echo works'), 'works');
    assert.equal((await daemon.pouch('images')).stderr, '');
    await ok('rm', stopped);
  });

  it('a damaged database of containerd is named, and nothing is lost once it is restored', async () => {
    const containerd = `${daemon.it.root}/containerd`;
    const path = `${containerd}/io.containerd.metadata.v1.bolt/meta.db`;
    await daemon.it.stop();
    const { pid } = JSON.parse(await readFile(`${daemon.it.state}/containerd/containerd.pid`, 'utf8')) as {
      pid: number;
    };
    process.kill(pid, 'SIGTERM');
    assert.ok(await waitUntil(() => !existsSync(`/proc/${pid}`), { withinMs: 30_000 }));
    const healthy = await readFile(path);
    const damages = [undefined, '', healthy.subarray(0, 5000), 'x'.repeat(healthy.length)];
    for (const damage of someOf(damages)) {
      await (damage === undefined ? rm(path) : writeFile(path, damage));
      await assert.rejects(daemon.it.start(), (error: Error) => {
        const last = error.message.trimEnd().split('\n').slice(-4).join('\n');
        assert.match(last, /meta\.db: .*\n.*move the whole directory aside.*\n\(PCH_CONTAINERD_DAMAGED\)/);
        return true;
      });
      await daemon.it.ended();
    }
    await writeFile(path, healthy);
    await daemon.it.start();
    assert.equal(await daemon.sh('echo works'), 'works');
  });

  it('a lost lease is restored before another container gets its address', async () => {
    const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
    const { IPAddress } = (await daemon.it.inspect(id))!.NetworkSettings;
    const { root, bridge } = daemon.it.names;
    const lease = `${root}/network/ipam/${bridge}/${IPAddress}`;
    await daemon.it.stop();
    await rm(lease);
    await daemon.it.start();
    assert.match(await readFile(lease, 'utf8'), new RegExp(`^${id}\r\neth0`));
    await ok('rm', '-f', id);
    assert.equal(existsSync(lease), false, 'its removal frees it');
  });

  it('a lost directory destroys no snapshot and kills no container', async () => {
    const id = await ok('run', '-d', '--network', 'none', 'busybox', 'sleep', '1000');
    const { Pid } = (await daemon.it.inspect(id))!.State;
    const before = directoryOf(id);
    await daemon.it.stop();
    await rm(before, { recursive: true });
    await daemon.it.start();
    assert.ok(existsSync(`/proc/${Pid}`));
    assert.match((await daemon.it.inspect(id))!.State.Error, /Damaged: config\.json: not found/);
    await ok('rm', '-f', id);
    assert.equal((await snapshots()).includes(id), false);
    assert.equal(existsSync(`/proc/${Pid}`), false);
  });

  sampleTests(this);
});
