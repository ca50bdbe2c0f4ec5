/** A change of the configuration files is put in force without a signal. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ask } from '../support/RawClient.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Ends of reloads, good and bad. */
const reloaded = /configuration reloaded|reload failed/g;
const withinMs = 20_000;

describe('a change of the configuration files', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({ env: { POUCHD_WATCH_CONFIG: '' }, yaml: 'stopTimeout: 1s\n' });
  const { ok, pouch } = daemon;
  let base = '';
  let lines = 0;

  const file = () => daemon.it.configFile;
  const dropIn = (name = '') => join(dirname(file()), 'conf.d', name);
  const reloads = async () => (await daemon.it.log()).match(reloaded)?.length ?? 0;

  /** Replaces the main file as editors and `mv` do. */
  async function replace(text: string, path = file()): Promise<void> {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }

  /** Waits for the end of another reload; returns what the log has of it. */
  async function nextReload(): Promise<string> {
    const expected = ++lines;
    assert.ok(await waitUntil(async () => (await reloads()) >= expected, { withinMs, everyMs: 20 }));
    const log = (await daemon.it.log()).split('\n').filter((line) => new RegExp(reloaded.source).test(line));
    assert.equal(log.length, expected, log.join('\n'));
    return log.at(-1)!;
  }

  const withVolumes = (...names: string[]) =>
    `volumes: { ${names.map((name) => `${name}: { onRemove: remove }`).join(', ')} }\n`;
  const hasVolume = async (name: string) => {
    const isThere = async () => (await ok('volume', 'ls', '-q')).split('\n').includes(name);
    assert.ok(await waitUntil(isThere, { withinMs }), name);
  };
  const metrics = async () => (await ask(join(daemon.it.state, 'pouchd.sock'), 'GET', '/pouch/metrics')).text;
  const problem = async () => (await daemon.it.client.agent.status()).FileProblem;

  before(async () => (base = await readFile(file(), 'utf8')));

  beforeEach(async () => (lines = await reloads()));

  afterEach(async () => {
    await rm(dropIn(), { recursive: true, force: true });
    await replace(base);
    await ok('apply');
    assert.deepEqual(await ok('volume', 'ls', '-q'), '');
  });

  it('is in force within a second of a rename', async () => {
    const took: number[] = [];
    // A busy host may be late, but not each time.
    while (took.length < 5 && !took.some((ms) => ms < 1000)) {
      const started = performance.now();
      await replace(`${base}${withVolumes('first', `n${took.length}`)}`);
      assert.match(await nextReload(), /configuration reloaded/);
      took.push(performance.now() - started);
    }
    assert.ok(
      took.some((ms) => ms < 1000),
      took.join(),
    );
    await hasVolume('first');
  });

  it('is seen in conf.d, also once that is created, and created again', async () => {
    for (const name of ['second', 'third']) {
      await mkdir(dropIn());
      await replace(withVolumes(name), dropIn('10.yaml'));
      await nextReload();
      await hasVolume(name);
      await rm(dropIn(), { recursive: true });
      await nextReload();
    }
  });

  it('is seen in files that are included', async () => {
    const included = join(daemon.it.dir, 'elsewhere', 'common.yml');
    await mkdir(dirname(included));
    await writeFile(included, withVolumes('fourth'));
    await replace(`${base}include: [elsewhere/common.yml]\n`);
    await nextReload();
    await replace(withVolumes('fifth'), included);
    await nextReload();
    await hasVolume('fifth');
    await replace(base);
    await nextReload();
  });

  it('has no effect if files have the same content, or are those of editors', async () => {
    await mkdir(dropIn(), { recursive: true });
    await writeFile(dropIn('.10.yaml.swp'), 'containers: {{{');
    await writeFile(`${file()}~`, 'containers: {{{');
    await replace(base);
    await replace(withVolumes('sixth'), dropIn('20.yaml'));
    await nextReload();
    await hasVolume('sixth');
    await ok('updatedaemon', 'stopTimeout=3s');
    // The file that pouchd has written is in force.
    base = await readFile(file(), 'utf8');
    lines++;
    await replace(`${base}# the end\n`);
    await nextReload();
  });

  it('changes nothing if it is a mistake, which is logged once and shown until it is corrected', async () => {
    assert.equal(await problem(), undefined);
    await replace(`${base}containers: { web: { ima`);
    assert.match(await nextReload(), /reload failed; the previous configuration stays in effect/);
    assert.match((await problem()) ?? '', /pouchd\.yaml:\d+:\d+: /);
    const { stdout } = await pouch('status');
    assert.match(stdout, /^the files are not in force: .*pouchd\.yaml:\d+:\d+: /m);
    assert.match(await metrics(), /^pouch_.*files_in_force\S* 0$/m);
    await replace(`${base}containers: { web: { memory: much, image: busybox } }\n`);
    await nextReload();
    assert.match((await problem()) ?? '', /plugin host-agent: .*containers\.web\.memory/);
    await replace(`${base}${withVolumes('seventh')}`);
    await nextReload();
    assert.equal(await problem(), undefined);
    await hasVolume('seventh');
  });

  it('is refused if the main file is empty, by whichever way it is read', async () => {
    await replace(`${base}${withVolumes('ninth')}`);
    await nextReload();
    await replace('# nothing\n');
    const refused = /expected declarations, found an empty file/;
    assert.match(await nextReload(), refused);
    await daemon.it.reload(refused);
    lines++;
    const { exitCode, stderr } = await pouch('apply');
    assert.equal(exitCode, 1);
    assert.match(stderr, /PCH_CONFIG_INVALID/);
    assert.match(stderr, refused);
    assert.match((await pouch('apply', '--dry-run')).stderr, refused);
    assert.match((await problem()) ?? '', refused);
    await replace('');
    assert.match(await nextReload(), refused);
    await hasVolume('ninth');
    await replace(base);
    assert.match(await nextReload(), /configuration reloaded/);
    assert.equal(await problem(), undefined);
  });

  it('can be checked and shown before it is made', async () => {
    const draft = join(daemon.it.dir, 'draft.yaml');
    await writeFile(draft, `${base}volumes: { ten: { label: { of: '\${env:HOME}' } } }\n`);
    assert.match(await ok('config', 'check', draft), /^OK: .*draft\.yaml/);
    const shown = await ok('config', 'show', draft);
    assert.match(shown, /^ {6}of: \$\{env:HOME\}$/m);
    assert.doesNotMatch(shown, /#/);
    assert.match(await ok('config', 'show', '--origins', draft), /^stopTimeout: \S+ +# .*draft\.yaml:\d+$/m);
    const json = JSON.parse(await ok('config', 'show', '--format', 'json', draft)) as { config: object };
    assert.deepEqual(Object.keys(json), ['file', 'config', 'warnings']);
    await writeFile(draft, 'apiVersion: pouch/v1\nstopTimeou: 1s\n');
    for (const [verb, stream] of [
      ['check', 'stdout'],
      ['show', 'stderr'],
    ] as const) {
      const result = await pouch('config', verb, draft);
      assert.equal(result.exitCode, 1);
      assert.match(result[stream], /draft\.yaml:2:1: stopTimeou: expected one of/);
    }
  });

  it('waits for SIGHUP with `watchConfig: false`', async () => {
    await replace(`${base}watchConfig: false\n`);
    await nextReload();
    await replace(`${base}watchConfig: false\n${withVolumes('eighth')}`);
    await daemon.it.reload(/configuration reloaded/);
    lines++;
    await hasVolume('eighth');
    assert.equal(await reloads(), lines);
  });
});
