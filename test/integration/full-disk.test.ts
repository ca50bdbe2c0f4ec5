/**
 * A full disk below the daemon: each call that needs space reports it, leaves nothing, and works once space is free.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests } from '../support/someOf.ts';
import { type Finished, TestPouchd } from '../support/TestPouchd.ts';
import { TestRegistry } from '../support/TestRegistry.ts';
import { assertSteady, baseline } from './support/bad-input/steady.ts';

const megabyte = 1 << 20;
const quick = ['--network', 'none', 'busybox'];

describe('a full disk', function () {
  this.timeout(60_000);

  describe('in the root, with the content store', () => {
    let pouchd: TestPouchd;
    let first: string[];
    let archives: string;
    let registry: TestRegistry;

    before(async () => {
      [pouchd, registry] = await Promise.all([
        TestPouchd.create({ disks: { root: 32 * megabyte } }),
        TestRegistry.start(),
      ]);
      archives = await mkdtemp(join(tmpdir(), 'pouch-archives-'));
      for (const [name, size] of Object.entries({ large: 40, small: 1 })) {
        const layers = [await layerTar([{ path: 'file', content: randomBytes(size * megabyte) }])];
        await writeImageArchive(join(archives, name), { reference: `example.org/${name}:1`, layers });
        await registry.push(`oci-archive:${join(archives, name)}`, `${name}:1`);
      }
      first = await keepOne(pouchd);
    });

    after(async () => {
      await Promise.all([pouchd?.dispose(), registry?.stop()]);
      await rm(archives, { recursive: true });
    });

    it('is reported by load; a smaller image is loaded then', async () => {
      assertFull(await pouchd.pouch('load', '-i', join(archives, 'large')), 1);
      await assertSteady(pouchd, first);
      await ok(pouchd, 'load', '-i', join(archives, 'small'));
      await ok(pouchd, 'rmi', 'example.org/small:1');
    });

    it('is reported by pull; a smaller image is pulled then', async () => {
      assertFull(await pouchd.pouch('pull', `${registry.host}/large:1`), 1);
      await assertSteady(pouchd, first);
      await ok(pouchd, 'pull', `${registry.host}/small:1`);
      await ok(pouchd, 'rmi', `${registry.host}/small:1`);
    });

    it('is reported by run and create, and existing containers can be listed, stopped and removed', async () => {
      const filler = await fill(pouchd.root);
      try {
        assertFull(await pouchd.pouch('run', '--rm', ...quick, 'true'), 125);
        assertFull(await pouchd.pouch('create', ...quick, 'true'), 125);
        await assertSteady(pouchd, first);
        assert.match(await ok(pouchd, 'ps'), /keep/);
        assert.equal((await pouchd.pouch('exec', 'keep', 'true')).exitCode, 0);
      } finally {
        await filler.free();
      }
      await ok(pouchd, 'run', '--rm', ...quick, 'true');
      await assertSteady(pouchd, first);
    });

    it('stops containers, with and without the reserve; their ends are on the disk once there is space', async () => {
      const names = ['stop1', 'stop2', 'stop3', 'stop4'];
      const trap = 'trap "exit 7" TERM; while :; do sleep 0.05; done';
      for (const name of names) await ok(pouchd, 'run', '-d', '--name', name, ...quick, 'sh', '-c', trap);
      const filler = await fill(pouchd.root);
      try {
        await Promise.all(['stop1', 'stop2'].map((name) => ok(pouchd, 'stop', name)));
        await rm(join(pouchd.root, 'reserve'), { force: true });
        const more = await fill(pouchd.root, 'more');
        await Promise.all(['stop3', 'stop4'].map((name) => ok(pouchd, 'stop', name)));
        for (const name of names) assert.equal((await pouchd.until(name, 'exited')).State.ExitCode, 7);
        await more.free();
      } finally {
        await filler.free();
      }
      const saved = async () => (await pouchd.log()).match(/state of a container is saved again/g)?.length;
      assert.ok(await waitUntil(async () => (await saved()) === 2, { withinMs: 30_000 }), await pouchd.log());
      await pouchd.restart();
      for (const name of names) assert.equal((await pouchd.inspect(name))?.State.ExitCode, 7);
      await ok(pouchd, 'start', 'stop4');
      await ok(pouchd, 'rm', '-f', ...names);
      await assertSteady(pouchd, first);
    });

    it('lets a container be removed, which frees its space', async () => {
      // Not before `run` has ended: a start on a full disk is refused.
      const script = `until [ -e /go ]; do sleep 0.05; done; dd if=/dev/zero of=/file bs=64k; sync; exec sleep 1000`;
      await ok(pouchd, 'run', '-d', '--name', 'greedy', ...quick, 'sh', '-c', script);
      await ok(pouchd, 'exec', 'greedy', 'touch', '/go');
      const error = await untilFull(pouchd);
      assertFull(error, 125);
      await ok(pouchd, 'rm', '-f', 'greedy');
      await ok(pouchd, 'run', '--rm', ...quick, 'true');
      await assertSteady(pouchd, first);
    });

    it('is reported by snapshot create, restore and upgrade, which leave the container as it was', async () => {
      await ok(pouchd, 'run', '-d', '--name', 'box', '--stop-timeout', '0', ...quick, 'sleep', '1000');
      const inside = (script: string) => ok(pouchd, 'exec', 'box', 'sh', '-c', script);
      await inside('dd if=/dev/urandom of=/root/file bs=64k count=64; sync');
      await ok(pouchd, 'snapshot', 'create', 'box', '--name', 'first');
      const sum = await inside('md5sum /root/file');
      const filler = await fill(pouchd.root);
      try {
        assertFull(await pouchd.pouch('snapshot', 'create', 'box'), 1);
        assertFull(await pouchd.pouch('snapshot', 'restore', '--restart', 'box', 'first'), 1);
        assertFull(await pouchd.pouch('upgrade', 'box', '--image', 'busybox', '--keep', '/root'), 1);
        assert.equal(await ok(pouchd, 'snapshot', 'ls', '-q', 'box'), 'first\n');
        assert.equal((await pouchd.inspect('box'))?.State.Paused, false);
      } finally {
        await filler.free();
      }
      await pouchd.pouch('start', 'box');
      assert.equal(await inside('md5sum /root/file'), sum);
      await ok(pouchd, 'upgrade', 'box', '--image', 'busybox', '--keep', '/root', '--health-cmd', 'true');
      assert.equal(await inside('md5sum /root/file'), sum);
      await ok(pouchd, 'rm', '-f', 'box');
      await assertSteady(pouchd, first);
    });

    it('is reported by volume create, which leaves nothing', async () => {
      const filler = await fill(pouchd.root);
      try {
        assertFull(await pouchd.pouch('volume', 'create', 'data'), 1);
        await assertSteady(pouchd, first);
      } finally {
        await filler.free();
      }
      await ok(pouchd, 'volume', 'create', 'data');
      await ok(pouchd, 'volume', 'rm', 'data');
    });
  });

  describe('in the state', () => {
    let pouchd: TestPouchd;
    let first: string[];

    before(async () => {
      pouchd = await TestPouchd.create({ disks: { state: 8 * megabyte } });
      first = await keepOne(pouchd);
    });

    after(() => pouchd?.dispose());

    it('is reported by run, and the running container keeps running', async () => {
      const filler = await fill(pouchd.state);
      try {
        assertFull(await pouchd.pouch('run', '--rm', ...quick, 'true'), 125);
        await assertSteady(pouchd, first);
      } finally {
        await filler.free();
      }
      await ok(pouchd, 'run', '--rm', ...quick, 'true');
      await assertSteady(pouchd, first);
    });

    it('is reported by start, which works once space is free', async () => {
      await ok(pouchd, 'create', '--name', 'later', ...quick, 'true');
      const filler = await fill(pouchd.state);
      try {
        assertFull(await pouchd.pouch('start', 'later'), 1);
      } finally {
        await filler.free();
      }
      await ok(pouchd, 'start', '-a', 'later');
      await ok(pouchd, 'rm', 'later');
      await assertSteady(pouchd, first);
    });
  });

  sampleTests(this);
});

async function keepOne(pouchd: TestPouchd): Promise<string[]> {
  await ok(pouchd, 'run', '-d', '--name', 'keep', ...quick, 'sleep', '1000');
  return baseline(pouchd);
}

async function ok(pouchd: TestPouchd, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await pouchd.pouch(...args);
  assert.equal(exitCode, 0, `pouch ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function assertFull({ exitCode, stderr }: Finished, expected: number): void {
  assert.match(stderr, /^hint: .+\n.*code: PCH_DISK_FULL$/m);
  assert.equal(exitCode, expected);
}

/** Takes all the space below a directory. */
async function fill(directory: string, name = 'filler'): Promise<{ free(): Promise<void> }> {
  const path = join(directory, name);
  const file = await open(path, 'w');
  for (const size of [megabyte, 4096]) await writeUntilFull(() => file.write(Buffer.alloc(size)));
  await file.close();
  return { free: () => rm(path) };
}

async function writeUntilFull(write: () => Promise<{ bytesWritten: number }>): Promise<void> {
  for (;;) {
    const bytes = await write().then(
      ({ bytesWritten }) => bytesWritten,
      () => 0,
    );
    if (bytes === 0) return;
  }
}

/** Tries until a run finds no space. */
async function untilFull(pouchd: TestPouchd): Promise<Finished> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const result = await pouchd.pouch('run', '--rm', ...quick, 'true');
    if (result.exitCode !== 0) return result;
  }
  throw new Error('the disk did not become full');
}
