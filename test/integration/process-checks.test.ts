import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
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
  huge: /no +bad: (its process wrote a line of more than 8 MiB|.*expected texts of at most|the check did not end within)/,
  large: /no +bad: .*expected texts of at most 4000 characters, found 5000 \(PCH_PLUGIN_CONTRACT\)/,
  nothing: /no +bad: .*expected `ok` to be true or false, found nothing \(PCH_PLUGIN_CONTRACT\)/,
  text: /no +bad: .*expected `ok` to be true or false, found nothing \(PCH_PLUGIN_CONTRACT\)/,
  bigint: /no +bad: .*expected `found` to be text, found a value of type (bigint|number)/,
  fix: /no +bad: .*expected `fix` to be text, found a value of type object/,
};

describe('checks of plugins in processes', function () {
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
    return stdout;
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

  it('the example of the guide', async () => {
    await writeFile(at('licence-server'), documentedBlock('guides/process-plugins.md', "'doctorChecks'"), {
      mode: 0o755,
    });
    await use(`path: ${at('licence-server')}`);
    assert.match(await doctor(), /plugin licence-server:\n +no +server: no file [^\n]*\n +/);
    assert.equal(await sh('echo plain'), 'plain');
  });
});
