/** Runtimes that confined plugins contribute, with runc under other names. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const support = resolve(import.meta.dirname, 'support');
const runc = execFileSync('sh', ['-c', 'command -v runc'], { encoding: 'utf8' }).trim();

describe('runtimes of plugins that are processes', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch, sh } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const faults = () => at('faults');

  interface Entries {
    /** `grants.runtimes` of bad-runtimes. */
    fast?: string;
    hasYouki?: boolean;
    hasFast?: boolean;
  }

  async function use({ fast, hasYouki = true, hasFast = true }: Entries = {}): Promise<void> {
    const grant = fast ?? `fast: { binary: ${at('fast-oci')}, annotations: [corp.*] }`;
    const options = `options: { binary: ${at('fast-oci')}, faults: ${faults()} }`;
    const grants = `{ runtimes: { ${grant} }, paths: { read: [${faults()}] } }`;
    const entries = [
      ...(hasFast ? [`path: ${at('badRuntimes.ts')}, ${options}, grants: ${grants}`] : []),
      ...(hasYouki ? [`path: ${at('youki')}, grants: { runtimes: { youki: ${at('youki-oci')} } }`] : []),
    ];
    const list = entries.map((entry) => `  - { ${entry} }\n`).join('');
    await daemon.it.configure(list === '' ? '' : `plugins:\n${list}`);
    // It fails for a plugin that is not loaded.
    await pouch('plugin', 'reload');
  }

  before(async () => {
    await mkdir(faults(), { mode: 0o755 });
    await copyFile(runc, at('fast-oci'));
    await copyFile(runc, at('youki-oci'));
    await cp(join(support, 'plugins/badRuntimes.ts'), at('badRuntimes.ts'));
    const youki = documentedBlock('guides/runtimes.md', "'name': 'youki'");
    await writeFile(at('youki'), youki.replace('/usr/local/bin/youki', at('youki-oci')), { mode: 0o755 });
    await use();
  });

  const row = async (name: string) =>
    (await ok('runtime', 'ls')).split('\n').find((line) => line.startsWith(name)) ?? '';
  const run = (runtime: string, ...words: string[]) =>
    pouch('run', '--rm', '--network', 'none', '--runtime', runtime, ...words);

  /** Both runtimes work, and so does that of the others. */
  async function works(): Promise<void> {
    let last = '';
    // A process that hangs is killed half a second after a deadline, and takes calls until then.
    const succeeds = async () => {
      const { stdout, stderr } = await run('fast', 'busybox', 'echo', 'well');
      last = stderr;
      return stdout === 'well\n';
    };
    assert.ok(await waitUntil(succeeds, { withinMs: 30_000 }), last);
    assert.equal(await sh('echo plain', '--network', 'none'), 'plain');
  }

  it('of a module and of an executable run, exec, pause, stop and remove containers', async () => {
    assert.match(await row('fast'), /usable +\d+\.\d+\.\d+\S* +\/\S+\/fast-oci/);
    assert.match(await row('youki'), /usable +\d+\.\d+\.\d+\S* +\/\S+\/youki-oci/);
    for (const runtime of ['fast', 'quick', 'youki']) {
      const id = await ok('run', '-d', '--runtime', runtime, 'busybox', 'sleep', '1000');
      const name = runtime === 'quick' ? 'fast' : runtime;
      assert.equal(await ok('inspect', '--format', '{{.HostConfig.Runtime}}', id), name);
      // adaptSpec of both masks it.
      assert.equal(await ok('exec', id, 'cat', '/proc/version'), '');
      await ok('pause', id);
      await ok('unpause', id);
      await ok('restart', '-t', '0', id);
      assert.equal(await ok('exec', id, 'echo', 'well'), 'well');
      await ok('stop', '-t', '0', id);
      await ok('rm', id);
    }
    assert.match(await ok('doctor', 'fast'), /program.*fast-oci \d/);
    await works();
  });

  it('plan and explain show what adaptSpec changes, as the plugin’s, and its warnings', async () => {
    const planned = await pouch(
      'plan',
      'run',
      '--runtime',
      'fast',
      '--label',
      'warn=no disk',
      'busybox',
      'true',
    );
    assert.match(planned.stdout + planned.stderr, /fast: no disk/);
    const id = await ok('create', '--runtime', 'fast', 'busybox', 'true');
    assert.match(
      await ok('explain', id, '--field', 'annotations'),
      /corp\.fast.*\n?.*file.*bad-runtimes.*adaptSpec/s,
    );
    assert.match(await ok('explain', id, '--field', 'process.capabilities'), /CAP_MKNOD.*bad-runtimes/s);
    await ok('rm', id);
    const refused = await run('fast', '--pid', 'host', 'busybox', 'true');
    assert.match(refused.stderr, /fast does not give .*it always makes a PID namespace.*PCH_RUNTIME_CANNOT/s);
    await works();
  });

  it('`plugin inspect` has the runtime and its grant', async () => {
    const shown = await ok('plugin', 'inspect', 'bad-runtimes');
    assert.match(shown, /"runtime": \[\s*"fast",\s*"quick"\s*\]/);
    assert.match(shown, /"runtimes": \{\s*"fast": \{\s*"binary": "\S+fast-oci"/);
  });

  it('without a grant for the program the plugin is not loaded, and the hint has it', async () => {
    await use({ hasFast: false });
    for (const other of ['', `fast: ${at('youki-oci')}`]) {
      await use({ fast: other });
      const list = await pouch('plugin', 'inspect', 'bad-runtimes');
      assert.match(
        list.stdout,
        /its runtime fast has root start \S+fast-oci, which its entry does not grant/,
      );
      assert.match(list.stdout, /grants: \{ runtimes: \{ fast: \S+fast-oci \} \}/);
      assert.match((await run('fast', 'busybox', 'true')).stderr, /PCH_RUNTIME_NOT_FOUND/);
    }
    await use();
    await works();
  });

  it('surfaces and runtimes of functions alone are refused, with the way to do it', async () => {
    const refusals = {
      "surface({ name: 'api', start() {}, stop() {} })":
        /the surface api, which .* cannot.*`sidecar\(\{ name, command \}\)`: docs\/guides\/sidecars\.md/s,
      "runtime({ name: 'odd', containerdType: 'a.v1', capabilities: {}, probe() {}, options() {} })":
        /the runtime odd by functions alone.*`runtime\(\{ name, binary: .*docs\/guides\/runtimes\.md#from-a-plugin/s,
    };
    for (const [call, error] of Object.entries(refusals)) {
      await writeFile(
        at('odd.js'),
        `export default { name: 'odd', setup: ({ surface, runtime }) => ${call} };`,
      );
      await daemon.it.configure(`plugins:\n  - path: ${at('odd.js')}\n`);
      await pouch('plugin', 'reload');
      assert.match(await ok('plugin', 'inspect', 'odd'), error);
    }
    await use();
  });

  it('a program that another user can replace is not started', async () => {
    const id = await ok('create', '--runtime', 'fast', 'busybox', 'true');
    await chmod(at('fast-oci'), 0o757);
    assert.match(
      await row('fast'),
      /not usable.*can be written by every user, and root would use it: chmod o-w/,
    );
    const refused = await pouch('start', id);
    assert.match(refused.stderr, /PCH_RUNTIME_UNUSABLE/);
    assert.match((await run('fast', 'busybox', 'true')).stderr, /PCH_RUNTIME_UNUSABLE/);
    await chmod(at('fast-oci'), 0o755);
    await ok('start', '-a', id);
    await ok('rm', id);
    await works();
  });

  const refusals: [fault: string, error: RegExp][] = [
    ['capability', /changes process\.capabilities\.CAP_SYS_ADMIN, which it may not.*PCH_PLUGIN_CONTRACT/s],
    ['mount', /changes mounts\["\/host"\]/],
    ['annotation', /"run\.oci\.handler"\], which its entry does not grant.*PCH_PLUGIN_RIGHTS/s],
    ['throws', /not today.*PCH_PLUGIN_FAILED/s],
    ['dies', /SIGKILL.*PCH_PLUGIN_PROCESS/s],
    ['hangs', /adaptSpec of the runtime fast did not end within 5000 ms.*PCH_DEADLINE/s],
    ['spins', /adaptSpec of the runtime fast did not end within 5000 ms.*PCH_DEADLINE/s],
    ['warnings', /what is not a list of texts.*PCH_PLUGIN_CONTRACT/s],
  ];
  for (const [fault, error] of someOf(refusals))
    it(`an adaptSpec with the fault ${fault}: refused by its name, and the next run works`, async () => {
      const refused = await run('fast', '--label', `fault=${fault}`, 'busybox', 'true');
      assert.equal(refused.exitCode, 125, refused.stderr);
      assert.match(refused.stderr, error);
      assert.match(refused.stderr, /plugin bad-runtimes/);
      await works();
    });

  const probes: [fault: string, problem: RegExp][] = [
    ['hangs', /plugin bad-runtimes: probe of the runtime fast did not end within 2000 ms/],
    ['spins', /plugin bad-runtimes: probe of the runtime fast did not end within 2000 ms/],
    ['exits', /plugin bad-runtimes: .*exit code 3/],
    ['throws', /plugin bad-runtimes: the licence server is away/],
    ['garbage', /plugin bad-runtimes: the probe returned an invalid report: problem/],
    ['problem', /no licence: buy one/],
  ];
  for (const [fault, problem] of someOf(probes))
    it(`a probe with the fault ${fault}: runtime ls says so, and containers stop without it`, async () => {
      const id = await ok('run', '-d', '--network', 'none', '--runtime', 'fast', 'busybox', 'sleep', '1000');
      await writeFile(join(faults(), fault), '');
      let last = '';
      const found = async () => problem.test((last = await row('fast')));
      assert.ok(await waitUntil(found, { withinMs: 30_000 }), last);
      assert.match(await row('runc'), / usable /);
      assert.match((await run('fast', 'busybox', 'true')).stderr, /PCH_RUNTIME_UNUSABLE/);
      assert.equal(await ok('exec', id, 'echo', 'well'), 'well');
      await ok('stop', '-t', '0', id);
      await ok('rm', id);
      await rm(join(faults(), fault));
      await works();
    });

  it('kill -9 of its process: containers run on, and the next one works', async () => {
    const id = await ok('run', '-d', '--network', 'none', '--runtime', 'fast', 'busybox', 'sleep', '1000');
    await run('fast', '--label', 'fault=dies', 'busybox', 'true');
    assert.equal(await ok('exec', id, 'echo', 'well'), 'well');
    await ok('rm', '-f', id);
    await works();
  });

  it('a broken version leaves the old one serving', async () => {
    const code = await readFile(at('badRuntimes.ts'), 'utf8');
    await writeFile(at('badRuntimes.ts'), code.replace('binary,\n', "binary: 'fast-oci',\n"));
    assert.match((await pouch('plugin', 'reload')).stdout, /`binary` must be an absolute path/);
    await works();
    await writeFile(at('badRuntimes.ts'), code);
    await ok('plugin', 'reload');
    await works();
  });

  it('removed while its containers run: they are stopped and removed, not started, also by another pouchd', async () => {
    const start = ['run', '-d', '--network', 'none', '--runtime', 'fast', 'busybox', 'sleep', '1000'];
    const [stopped = '', removed = '', adopted = ''] = await Promise.all([1, 2, 3].map(() => ok(...start)));
    await use({ hasFast: false });
    assert.match(await ok('inspect', stopped), /"Runtime": "fast"/);
    assert.equal(await ok('exec', stopped, 'echo', 'well'), 'well');
    await ok('stop', '-t', '0', stopped);
    assert.match(
      (await pouch('start', stopped)).stderr,
      /no runtime is named "fast".*PCH_RUNTIME_NOT_FOUND/s,
    );
    await ok('rm', '-f', removed);
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await ok('exec', adopted, 'echo', 'well'), 'well');
    await ok('rm', '-f', adopted);
    await use();
    await ok('start', stopped);
    assert.equal(await ok('exec', stopped, 'echo', 'well'), 'well');
    await ok('rm', '-f', stopped);
    await works();
  });
});
