import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxFiles } from '../../scripts/lib/busyboxImage.ts';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { TestRegistry } from '../support/TestRegistry.ts';
import { useDaemon } from '../support/useDaemon.ts';

const bad = resolve(import.meta.dirname, 'support/plugins/badImageSources.ts');
const example = resolve(import.meta.dirname, '../../examples/folder-images/folder-images.ts');

/** Of `manifest`, for a tag: the pull fails, and names the plugin. */
const manifestFaults: Record<string, RegExp> = {
  throw: /image source bad: the server is away/,
  hang: /manifest of the image source bad did not end within 1500 ms/,
  kill: /image source bad: .*process/,
  garbage: /image source bad: expected `bytes` of a manifest/,
  text: /image source bad: .*manifest/,
  huge: /image source bad: (expected a manifest of at most|.*line)/,
  flood: /image source bad: .*(process|line|did not end)/,
};

/** Of a blob: it comes from the registry, and the output of the pull says why. */
const blobFaults: Record<string, RegExp | undefined> = {
  'blob-throw': /the server is away \(blob\)/,
  'blob-hang': /blob of the image source bad did not end within 1500 ms/,
  'blob-kill': /process/,
  'blob-garbage': /expected a stream of bytes/,
  'blob-lacks': undefined,
  'stream-throw': /the disk is gone/,
  'stream-hang': /a chunk of the image source bad did not end within 1500 ms/,
  'stream-kill': /process/,
  'stream-text': /expected bytes in the stream, found string/,
  truncate: /expected \d+ bytes of blob sha256:\w+, found \d+/,
  wrong: /what it sent for sha256:\w+ does not match the digest/,
  endless: /expected \d+ bytes of blob sha256:\w+, found more/,
};

describe('image sources', function () {
  this.timeout(180_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  let registry: TestRegistry;
  const at = (name: string) => join(daemon.it.dir, name);
  const dir = () => at('images');
  const image = () => `${registry.host}/app:1`;
  const set = async (fault: string) => await writeFile(join(dir(), `fault-${fault}`), '');
  const clear = async (fault: string) => await rm(join(dir(), `fault-${fault}`));
  const configure = async (domain = registry.host, more = '') => {
    const grants = more.includes('in-process') ? '' : `    grants: { paths: { read: ['${dir()}'] } }\n`;
    const options = `    options: { dir: '${dir()}', domain: '${domain}' }\n${grants}`;
    await daemon.it.configure(`plugins:\n  - path: ${at('badImageSources.ts')}\n${options}${more}`);
    await ok('plugin', 'reload');
  };
  const pull = async (ref = image()) => {
    const { exitCode, stdout, stderr } = await pouch('pull', ref);
    return { exitCode, output: `${stdout}\n${stderr}` };
  };

  /** The image from the source, without a fault. */
  async function plainRun(): Promise<void> {
    const { exitCode, output } = await pull();
    assert.equal(exitCode, 0, output);
    assert.match(output, /From image source bad \(plugin bad-image-sources\)/);
    assert.equal(await ok('run', '--rm', '--pull', 'never', image(), 'cat', '/hello'), 'hello');
    await removed();
  }

  /** How often the process of a plugin has ended by itself or was killed. */
  const ends = async () => (await daemon.it.log()).split('the process of a plugin has ended').length;

  async function removed(ref = image()): Promise<void> {
    const isGone = async () => (await pouch('rmi', '-f', ref)).exitCode === 0;
    assert.ok(await waitUntil(isGone, { withinMs: 30_000, everyMs: 200 }));
  }

  before(async function () {
    this.timeout(90_000);
    registry = await TestRegistry.start();
    await mkdir(join(dir(), 'layout'), { recursive: true });
    await chmod(dir(), 0o755);
    const layers = [
      await layerTar(await busyboxFiles()),
      ...(await Promise.all(
        ['hello', 'a', 'b', 'c', 'd'].map((name) =>
          layerTar([{ path: name, content: name === 'hello' ? 'hello' : randomBytes(300_000) }]),
        ),
      )),
    ];
    const archive = at('app.tar');
    await writeImageArchive(archive, {
      reference: 'x/app:1',
      layers,
      config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
    });
    await execa('tar', ['-xf', archive, '-C', join(dir(), 'layout')]);
    await registry.push(`oci-archive:${archive}`, 'app:1');
    await cp(bad, at('badImageSources.ts'));
    await configure();
  });

  after(async () => await registry?.stop());

  afterEach(async () => {
    for (const name of await readdir(dir())) if (name.startsWith('fault-')) await rm(join(dir(), name));
  });

  it('content comes from the source, and from the registry what it lacks; others cost no call', async () => {
    await plainRun();
    await set('lacks');
    const { exitCode, output } = await pull();
    assert.equal(exitCode, 0, output);
    assert.doesNotMatch(output, /image source/);
    await removed();
    await clear('lacks');
    await set('throw');
    const other = await registry.push(`oci-archive:${at('app.tar')}`, 'other:2');
    assert.match((await pull(other)).output, /the server is away/);
    await configure('elsewhere.example');
    assert.equal((await pull(other)).exitCode, 0);
    await removed(other);
    await clear('throw');
    await configure();
    await plainRun();
  });

  describe('what fails or is cut off', function () {
    it('without a registry that has it: the error names the plugin, and nothing is kept', async () => {
      await configure(registry.host, '  - { name: image-registry, enabled: false }\n');
      for (const fault of ['wrong', 'truncate', 'blob-throw']) {
        await set(fault);
        const { exitCode, output } = await pull();
        assert.equal(exitCode, 1, fault);
        assert.match(
          output,
          /no image source has the blob[^]*image source bad \(plugin bad-image-sources\): /,
        );
        await clear(fault);
      }
      assert.match((await pull(`${registry.host}/app:2`)).output, /no image source has the manifest 2/);
      assert.equal((await pouch('images', '-q', image())).stdout, '');
      await plainRun();
      await configure();
    });

    it('in pouchd itself: the same', async () => {
      await configure(registry.host, '    isolation: in-process\n');
      for (const fault of someOf(['stream-throw', 'stream-hang', 'wrong', 'blob-garbage'])) {
        await set(fault);
        const { exitCode, output } = await pull();
        assert.equal(exitCode, 0, output);
        assert.match(output, blobFaults[fault]!);
        await clear(fault);
        await removed();
      }
      await plainRun();
      await configure();
    });

    it('pouchd, killed in the middle of a pull: the next one pulls it', async () => {
      await set('stream-hang');
      const cutOff = pouch('pull', image());
      const isReading = async () => (await daemon.it.log()).includes('From image source bad');
      assert.ok(await waitUntil(isReading, { withinMs: 30_000 }));
      await daemon.it.kill9();
      await cutOff;
      await daemon.it.start();
      await clear('stream-hang');
      await plainRun();
    });

    sampleTests(this);
  });

  it('the example folder-images pulls from a folder, concurrently', async () => {
    const root = at('folders');
    for (const name of ['one', 'two'])
      await cp(join(dir(), 'layout'), join(root, 'team', name), { recursive: true });
    await cp(example, at('folder-images.ts'));
    await daemon.it.configure(
      `plugins:\n  - path: ${at('folder-images.ts')}\n    options: { root: '${root}' }\n    grants: { paths: { read: ['${root}'] } }\n`,
    );
    await ok('plugin', 'reload');
    const refs = ['one', 'two'].map((name) => `folder.local/team/${name}:1`);
    for (const { exitCode, output } of await Promise.all(refs.map((ref) => pull(ref))))
      assert.equal(exitCode, 0, output);
    assert.equal(await ok('run', '--rm', refs[1]!, 'cat', '/hello'), 'hello');
    assert.match(await ok('plugin', 'inspect', 'folder-images'), /image ?source/i);
    for (const ref of refs) await removed(ref);
    await configure();
    await plainRun();
  });

  it('the source in Python of the guide pulls files that are named by their digests', async () => {
    const root = at('flat');
    const path = at('flat.py');
    const code = documentedBlock('guides/image-sources.md', '#!/usr/bin/python3');
    await writeFile(path, code.replace("'/srv/images'", `'${root}'`), { mode: 0o755 });
    const blobs = join(dir(), 'layout/blobs/sha256');
    for (const name of await readdir(blobs)) await cp(join(blobs, name), join(root, `sha256:${name}`));
    const index = JSON.parse(await readFile(join(dir(), 'layout/index.json'), 'utf8')) as {
      manifests: [{ digest: string }];
    };
    await cp(join(root, index.manifests[0].digest), join(root, '1'));
    await daemon.it.configure(`plugins:\n  - { path: ${path}, grants: { paths: { read: ['${root}'] } } }\n`);
    await ok('plugin', 'reload');
    const { exitCode, output } = await pull('flat.local/app:1');
    assert.equal(exitCode, 0, output);
    assert.match(output, /From image source flat/);
    assert.equal(await ok('run', '--rm', '--pull', 'never', 'flat.local/app:1', 'cat', '/hello'), 'hello');
    const missing = await pull('flat.local/app:2');
    assert.equal(missing.exitCode, 1, missing.output);
    assert.match(missing.output, /image source flat \(plugin flat\) does not have the tag 2/);
    await removed('flat.local/app:1');
    await configure();
  });

  describe('a source with a fault of manifests', function () {
    for (const [fault, problem] of Object.entries(manifestFaults))
      it(`${fault}: the pull fails and names the plugin`, async () => {
        const before = await ends();
        await set(fault);
        const { exitCode, output } = await pull();
        assert.equal(exitCode, 1, output);
        assert.match(output, problem);
        assert.match(output, /bad-image-sources/);
        await clear(fault);
        // Its process floods on until it is killed, with the calls that it has by then.
        if (fault === 'flood')
          assert.ok(await waitUntil(async () => (await ends()) > before, { withinMs: 30_000, everyMs: 100 }));
        await plainRun();
      });

    sampleTests(this);
  });

  describe('a source with a fault of blobs', function () {
    for (const [fault, problem] of Object.entries(blobFaults))
      it(`${fault}: the blob comes from the registry`, async () => {
        await set(fault);
        const { exitCode, output } = await pull();
        assert.equal(exitCode, 0, output);
        if (problem) assert.match(output, problem);
        if (problem) assert.match(output, /Failed: image source bad \(plugin bad-image-sources\): /);
        await clear(fault);
        assert.equal(await ok('run', '--rm', '--pull', 'never', image(), 'cat', '/hello'), 'hello');
        await removed();
        await plainRun();
      });

    sampleTests(this);
  });
});
