/** Calls that cannot succeed: each returns a code and what to do, changes nothing, and works once it is corrected. */
import assert from 'node:assert/strict';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';
import { requests } from './support/bad-input/requests.ts';
import { sendRow } from './support/bad-input/sendRow.ts';
import { type CommandRow, unitsOf } from './support/bad-input/rows.ts';
import * as runOptions from './support/bad-input/runOptions.ts';
import { assertSteady, baseline } from './support/bad-input/steady.ts';
import * as verbs from './support/bad-input/verbs.ts';

/** Of nearly every row: not worth a place in its title. */
const usual = ['--rm', '--pull never', '--network none'];

describe('bad input', function () {
  this.timeout(30_000);
  const daemon = useDaemon();
  let first: string[];
  /** After the last call that was done right. */
  let last: string[];

  before(async () => {
    await daemon.ok(
      'run',
      '-d',
      '--network',
      'none',
      '--name',
      'keep',
      '-m',
      '64m',
      '-v',
      'used:/used',
      'busybox',
      'sleep',
      '1000',
    );
    await daemon.ok('create', '--name', 'stopped', 'busybox', 'true');
    first = last = await baseline(daemon.it);
  });

  /** One row's leftovers are not the next one's fault. */
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') last = await baseline(daemon.it);
  });

  for (const [topic, rows] of Object.entries({ ...runOptions, ...verbs }))
    describe(`of ${topic}, by the command`, () => {
      for (const row of someOf(unitsOf(rows), topic).flat()) it(titleOf(row), () => checkCommand(row));
      after(() => assertSteady(daemon.it, first));
    });

  describe('of requests to the API', () => {
    for (const row of someOf(requests))
      it(`${row.title} is ${row.status} ${row.code}`, async () => {
        const bad = await sendRow(daemon.it, row.bad);
        assert.equal(bad.json?.code, row.code, bad.text);
        assert.equal(bad.status, row.status);
        assert.match(bad.json.message, row.says);
        assert.ok(bad.json.hint, 'it has a hint');
        await assertSteady(daemon.it, last);
        const right = await sendRow(daemon.it, row.right);
        assert.ok(right.status < 300, `done right: ${right.status} ${right.text}`);
        await row.undo?.(daemon.it, right);
      });
    after(() => assertSteady(daemon.it, first));
  });

  async function checkCommand({ bad, code, exit, says, right, changes = false }: CommandRow): Promise<void> {
    const { exitCode, stderr } = await daemon.pouch(...bad);
    assert.match(stderr, says);
    assert.match(stderr, /^hint: .+$/m, 'it has a hint');
    assert.match(stderr, new RegExp(`^code: ${code}$`, 'm'));
    assert.equal(exitCode, exit);
    await assertSteady(daemon.it, last);
    await daemon.ok(...right);
    if (changes) last = await baseline(daemon.it);
  }
});

/** Long arguments are cut. */
function titleOf({ bad, code, exit }: CommandRow): string {
  const shown = bad.filter((word, index) => !isUsual(word, bad[index - 1]));
  return `pouch ${shown.join(' ').replaceAll('\n', '\\n').slice(0, 90)} ends with ${exit} and ${code}`;
}

function isUsual(word: string, previous = ''): boolean {
  return usual.includes(word) || usual.includes(`${previous} ${word}`) || ['--pull'].includes(word);
}
