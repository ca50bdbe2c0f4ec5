import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
import { ask } from '../support/RawClient.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const support = resolve(import.meta.dirname, 'support');

/** What the doctor prints for each fault of a check. */
const checkFaults: Record<string, RegExp> = {
  problem: /no +bad: no licence\n +buy one/,
  throw: /no +bad: the server is gone \(PCH_PLUGIN_FAILED\)/,
  hang: /no +bad: the check did not end within 1500 ms \(PCH_DEADLINE\)/,
  spin: /no +bad: the check did not end within 1500 ms \(PCH_DEADLINE\)/,
  kill: /no +bad: its process ended \(SIGKILL\).* \(PCH_PLUGIN_PROCESS\)/,
  huge: /no +bad: (.*more than 8 MiB|.*expected texts of at most|the check did not end within)/,
  large: /no +bad: .*expected texts of at most 4000 characters, found 5000 \(PCH_PLUGIN_CONTRACT\)/,
  nothing: /no +bad: .*expected `ok` to be true or false, found nothing \(PCH_PLUGIN_CONTRACT\)/,
  text: /no +bad: .*expected `ok` to be true or false, found nothing \(PCH_PLUGIN_CONTRACT\)/,
  bigint: /no +bad: .*expected `found` to be text, found a value of type (bigint|number)/,
  fix: /no +bad: .*expected `fix` to be text, found a value of type object/,
};

/** What the row of the check, or the log of pouchd, has for each fault of a metric; all processes continue. */
const metricFaults: Record<string, RegExp> = {
  negative: /metric \w+: a counter cannot add -1/,
  set: /metric \w+: a counter cannot be set; use add/,
  nan: /metric \w+: expected a finite number, found NaN/,
  label: /metric \w+: it has no label form; declared are of/,
  value: /metric \w+: expected values of at most 200 characters for the label of/,
  unknown: /the plugin declares no metric other/,
  both: /expected one of `add`, `set` and `clear` in the report of a metric/,
  neither: /expected one of `add`, `set` and `clear` in the report of a metric/,
  sets: /a metric has too many label values; new ones are dropped/,
};
/** Faults that the other kind of plugin does not know. */
const only: Record<string, string> = {
  nan: 'module',
  unknown: 'executable',
  both: 'executable',
  neither: 'executable',
};

describe('checks and metrics of plugins in processes', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch, sh } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const faults = () => at('faults');
  const grants = () => `grants: { paths: { read: ['${faults()}'] } }`;
  const entries = {
    module: () => `{ path: ${at('badChecks.ts')}, options: { dir: '${faults()}' }, ${grants()} }`,
    executable: () => `{ path: ${at('badChecks')}, env: { FAULTS: '${faults()}' }, ${grants()} }`,
  };
  const use = async (...plugins: string[]) => {
    await daemon.it.configure(`plugins:\n${plugins.map((entry) => `  - ${entry}\n`).join('')}`);
    await ok('plugin', 'reload');
  };
  const setFault = (name: string) => writeFile(join(faults(), `fault-${name}`), '');

  before(async () => {
    await mkdir(faults());
    await chmod(faults(), 0o755);
    await cp(join(support, 'plugins/badChecks.ts'), at('badChecks.ts'));
    await cp(join(support, 'badChecks.py'), at('badChecks'));
    await chmod(at('badChecks'), 0o755);
  });

  afterEach(async () => {
    for (const name of await readdir(faults())) await rm(join(faults(), name));
  });

  const doctor = async () => {
    const { stdout, stderr } = await pouch('doctor');
    assert.equal(stderr, '');
    return stdout.slice(stdout.indexOf('\nplugin '));
  };

  const metrics = async () => {
    const began = performance.now();
    const { status, text } = await ask(join(daemon.it.state, 'pouchd.sock'), 'GET', '/pouch/metrics');
    assert.equal(status, 200, text);
    const ms = performance.now() - began;
    assert.ok(ms < 2_000, `${ms} ms`);
    return text;
  };
  const runs = async () => {
    const text = await metrics();
    return Number(/^pouch_plugin_bad_checks_runs_total\{check="good"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };

  /** What differs between processes. */
  const born = (found: string) => {
    const [, id] = /good: process ([\w-]+)/.exec(found) ?? [];
    assert.ok(id, found);
    return id;
  };

  /** Kills the processes of all plugins, each by the first one of its namespace. */
  async function kill9(): Promise<void> {
    const isOne = ([command = '', ...args]: string[]) =>
      command.endsWith('/pouch-confine') && args.some((one) => one.includes(daemon.it.dir));
    const found = await findProcesses(isOne);
    assert.ok(found.length > 0, 'no process of a plugin runs');
    for (const { pid } of found) process.kill(pid, 'SIGKILL');
  }

  /** The checks work again, and so do containers. */
  async function plainRun(): Promise<void> {
    let found = '';
    const works = async () => /ok +bad: all well/.test((found = await doctor()));
    assert.ok(await waitUntil(works, { withinMs: 60_000, everyMs: 100 }), found);
    assert.equal(await sh('echo plain'), 'plain');
  }

  for (const [kind, entry] of Object.entries(entries))
    describe(`of ${kind === 'module' ? 'a module' : 'an executable'}`, () => {
      before(() => use(entry()));

      it('doctor prints what they find below the name of the plugin; inspect lists them', async () => {
        assert.match(await doctor(), /plugin bad-checks:\n +ok +good: process [\w-]+\n +ok +bad: all well/);
        assert.match(
          await ok('plugin', 'inspect', 'bad-checks'),
          /"doctorCheck": \[\s*"bad-checks: good",\s*"bad-checks: bad"\s*\]/,
        );
        await plainRun();
      });

      describe('with a fault', function () {
        for (const [fault, message] of Object.entries(checkFaults))
          it(`${fault}: a row of its plugin, within the deadline; the other check has its own row`, async () => {
            await setFault(fault);
            const began = performance.now();
            const { exitCode, stdout } = await pouch('doctor');
            const ms = performance.now() - began;
            assert.ok(ms < 8_000, `${ms} ms`);
            assert.equal(exitCode, 1);
            const [, rows = stdout] = stdout.split('plugin bad-checks:\n');
            assert.match(rows, message);
            assert.match(rows, /^ +(ok|no) +good: /);
            await rm(join(faults(), `fault-${fault}`));
            await plainRun();
          });

        sampleTests(this);
      });

      it('a process that is killed from outside is started again for the next check', async () => {
        const before = born(await doctor());
        await kill9();
        await plainRun();
        assert.notEqual(born(await doctor()), before);
      });

      it('metrics: a counter continues after kill -9 of the process, a gauge has no value until it is set again', async () => {
        const before = await runs();
        await doctor();
        assert.equal(await runs(), before + 1);
        assert.match(await metrics(), /^pouch_plugin_bad_checks_level\{of="disk"\} 7$/m);
        await kill9();
        let text = '';
        const isForgotten = async () => !(text = await metrics()).includes('bad_checks_level{');
        assert.ok(await waitUntil(isForgotten, { withinMs: 20_000 }), text);
        assert.equal(await runs(), before + 1);
        await plainRun();
        assert.ok((await runs()) > before + 1);
        assert.match(await metrics(), /^pouch_plugin_bad_checks_level\{of="disk"\} 7$/m);
      });

      it('metrics do not wait for a process that hangs', async () => {
        const before = await runs();
        await setFault('hang');
        const hanging = doctor();
        assert.ok((await runs()) >= before);
        await hanging;
        await rm(join(faults(), 'fault-hang'));
        await plainRun();
      });

      it('metrics start from 0 after a reload with another process', async () => {
        await use(entry().replace('{', '{ timeout: 9s,'));
        await doctor();
        assert.equal(await runs(), 1);
        await use(entry());
        assert.equal(await runs(), 0);
        await plainRun();
      });

      describe('with a fault of a metric', function () {
        for (const [fault, message] of Object.entries(metricFaults).filter(
          ([name]) => (only[name] ?? kind) === kind,
        ))
          it(`${fault}: it is named, and the process continues`, async () => {
            const before = born(await doctor());
            const logged = (await daemon.it.log()).length;
            await setFault(fault);
            const row = await doctor();
            const found = row + (await daemon.it.log()).slice(logged);
            assert.match(found, message);
            assert.match(found, /bad-checks/);
            assert.doesNotMatch(await metrics(), /form=|other|x{200}/);
            await rm(join(faults(), `fault-${fault}`));
            await plainRun();
            assert.equal(born(await doctor()), before);
          });

        it('sets: one metric has 1000 combinations of labels', async () => {
          await use(entry().replace('{', '{ timeout: 8s,'));
          await setFault('sets');
          await doctor();
          const text = await metrics();
          assert.equal(text.match(/^pouch_plugin_bad_checks_level\{/gm)?.length, 1000);
          await rm(join(faults(), 'fault-sets'));
          await use(entry());
          await plainRun();
        });

        it('a flood of reports costs the plugin: pouchd responds', async () => {
          await setFault('flood');
          const flooded = pouch('doctor');
          for (let i = 0; i < 5; i += 1) await metrics();
          assert.equal(await sh('echo beside'), 'beside');
          assert.match((await flooded).stdout, /no +bad: the check did not end within 1500 ms/);
          await rm(join(faults(), 'fault-flood'));
          await plainRun();
        });

        sampleTests(this);
      });

      it('a reload while a check hangs does not wait for it, and the next check works', async () => {
        await setFault('hang');
        const hanging = pouch('doctor');
        await use(entry(), '{ name: policy, enabled: false }');
        assert.match((await hanging).stdout, /no +bad: /);
        await rm(join(faults(), 'fault-hang'));
        await plainRun();
        await use(entry());
      });
    });

  it('text instead of a number ends the process of an executable, and the next one works', async () => {
    await use(entries.executable());
    await setFault('string');
    assert.match(await doctor(), /no +bad: .*set: Expected number.*\(PCH_PLUGIN_PROTOCOL\)/);
    await rm(join(faults(), 'fault-string'));
    await plainRun();
  });

  it('an invalid declaration is refused by name, and containers run', async () => {
    const manifest = (metric: object) =>
      JSON.stringify({
        protocol: 1,
        name: 'declares',
        metrics: [{ name: 'a', doc: 'A.', type: 'gauge', ...metric }],
      });
    for (const [metric, message] of [
      [{ name: 'a-b' }, /invalid name "a-b"/],
      [{ labels: ['__name__'] }, /invalid name "__name__"/],
      [
        { type: 'histogram' },
        /manifest\.metrics\.0\.type: expected one of counter, gauge, found "histogram"/,
      ],
    ] as const) {
      const text = `#!/bin/sh\nread -r line\necho '{"type":"reply","id":1,"manifest":${manifest(metric)}}'\n`;
      await writeFile(at('declares'), text, { mode: 0o755 });
      await daemon.it.configure(`plugins: [{ path: ${at('declares')} }]\n`);
      const { stdout } = await pouch('plugin', 'reload');
      assert.match(stdout, message);
    }
    assert.equal(await sh('echo plain'), 'plain');
  });

  it('the example of the guide, whose metrics continue after a reload that keeps its process', async () => {
    // Another folder: the log of pouchd changes.
    await mkdir(at('own'));
    const path = at('own/licence-server');
    const entry = `path: ${path}`;
    await writeFile(path, documentedBlock('guides/process-plugins.md', "'doctorChecks'"), {
      mode: 0o755,
    });
    await use(entry);
    assert.match(await doctor(), /plugin licence-server:\n +no +server: no file [^\n]*\n +/);
    assert.match(await metrics(), /^pouch_plugin_licence_server_looks_total\{found="no"\} 1$/m);
    await use(entry, '{ name: policy, enabled: false }');
    assert.match(await metrics(), /^pouch_plugin_licence_server_looks_total\{found="no"\} 1$/m);
    assert.equal(await sh('echo plain'), 'plain');
  });
});
