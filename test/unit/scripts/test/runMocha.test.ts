import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMocha } from '../../../../scripts/test/runMocha.ts';

describe('a run of mocha that dies', function () {
  this.timeout(60_000);
  this.slow(10_000);
  let directory = '';

  before(() => void (directory = mkdtempSync(join(tmpdir(), 'run-mocha-'))));
  after(() => rmSync(directory, { recursive: true }));

  /** The failures of a file with one test that does this. */
  async function failuresOf(name: string, body: string): Promise<string[]> {
    const file = join(directory, `${name}.test.mjs`);
    writeFileSync(file, `import { writeFileSync } from 'node:fs';\nit('dies', () => {\n${body}\n});\n`);
    const place = { workDir: join(directory, name), isHeld: true };
    const run = { lanes: 1, files: [file] };
    const print = console.log;
    // A reader of the results takes its lines for failures of this run.
    console.log = () => undefined;
    try {
      return (await runMocha({ name: 'tests', deadlineMs: 60_000 }, run, place)).failures;
    } finally {
      console.log = print;
    }
  }

  it('is reported with the signal, the test, its file and what it wrote last', async () => {
    const [failure = ''] = await failuresOf(
      'killed',
      `console.error('last words'); process.kill(process.pid, 'SIGKILL');`,
    );
    assert.match(failure, /ended early, by SIGKILL, at: dies \(.*killed\.test\.mjs\)\n(.*\n)*last words$/);
  });

  it('is reported with the exit code', async () =>
    assert.match((await failuresOf('exit', 'process.exit(7);')).join(), /with exit code 7, at: dies/));

  it('is reported with a result that is cut off', async () => {
    const [failure] = await failuresOf(
      'half',
      `writeFileSync(process.env.POUCH_TEST_RESULT, '{"passed": '); process.kill(process.pid, 'SIGKILL');`,
    );
    assert.match(failure ?? '', /by SIGKILL, at: .*half\.result is cut off \(.*half\.test\.mjs\)/);
  });
});
