import assert from 'node:assert/strict';
import { skip } from '../support/skip.ts';
import { someOf } from '../support/someOf.ts';
import { strayDeviations } from './deviations/index.ts';
import { rows as allRows } from './rows/index.ts';
import { Ahead } from './support/Ahead.ts';
import { judge, type Verdict } from './support/judge.ts';
import { resetNiceness } from './support/niceness.ts';
import {
  committedResults,
  contradictions,
  hasPassed,
  toResults,
  withOthersOf,
  writeResults,
} from './support/results.ts';
import type { Row } from './support/row.ts';
import { prepareRuntime, wantedRuntimes, type Runtime } from './support/runtimes.ts';
import { closeWorkshop, openWorkshop, type Workshop } from './support/workshop.ts';

interface Outcome {
  row: Row;
  runtime: Runtime;
  verdict: Verdict;
}

/**
 * Runs every row with every runtime: `runc: config.md#process: …`. With POUCH_OCI_ROWS=some, as in `npm test`, a sample
 * of the rows of each section.
 */
describe('OCI runtimes', function () {
  this.timeout(60_000);
  const wanted = wantedRuntimes();
  const rows = process.env['POUCH_OCI_ROWS'] === 'some' ? someOfEachSection() : allRows;
  const outcomes: Outcome[] = [];
  const runtimes = new Map<string, Runtime>();
  const ahead = new Ahead(
    wanted.flatMap((name) => rows.map((row, index) => () => judgeOne(name, row, index))),
  );
  // One that is named by its path has its file's name.
  const has = (name: string) => [...runtimes.values()].some((runtime) => runtime.name === name);
  let workshop: Workshop;

  before(async () => {
    resetNiceness();
    workshop = await openWorkshop();
    for (const name of wanted) runtimes.set(name, await prepareRuntime(name, workshop.executables));
  });

  after(async () => {
    await ahead.end();
    await closeWorkshop(workshop);
  });

  for (const [index, name] of wanted.entries()) {
    for (const [number, row] of rows.entries())
      it(`${name.split('/').at(-1)}: ${row.section}: ${row.must}`, async function () {
        const outcome = await ahead.outcome(index * rows.length + number);
        outcomes.push(outcome);
        report(this, outcome.verdict);
      });
  }

  it('deviate only from existing rows', () => assert.deepEqual(strayDeviations(allRows), []));

  it('pass in runlxc whenever they pass in runc', function () {
    if (!has('runlxc')) return skip(this, 'runlxc is not among the runtimes');
    const others = outcomes.filter(({ verdict }) => verdict.is !== 'passed');
    const passesInRunc = has('runc')
      ? ({ row }: Outcome) => !others.some((other) => other.runtime.name === 'runc' && other.row === row)
      : ({ row }: Outcome) => hasPassed(row, 'runc', committedResults());
    const more = others.filter((outcome) => outcome.runtime.name === 'runlxc' && passesInRunc(outcome));
    assert.deepEqual(
      more.map(({ row }) => `${row.section}: ${row.must}`),
      [],
    );
  });

  it('have the outcomes in results.json', async function () {
    if (outcomes.length < wanted.length * allRows.length) return skip(this, 'not every row has an outcome');
    const seen = toResults(outcomes);
    if (process.env['POUCH_OCI_RESULTS'] === 'write')
      await writeResults(withOthersOf(seen, committedResults()));
    const committed = committedResults();
    const others = Object.entries(seen.runtimes).filter(
      ([name, version]) => committed.runtimes[name] !== version,
    );
    if (others.length > 0)
      return skip(this, `results.json is for other versions than ${others.map(String).join(', ')}`);
    const remedy = 'POUCH_OCI_RESULTS=write npm test -- oci-runtime updates it';
    assert.deepEqual(contradictions(seen, committed), [], remedy);
  });

  async function judgeOne(name: string, row: Row, index: number): Promise<Outcome> {
    const runtime = runtimes.get(name)!;
    return { row, runtime, verdict: await judge(row, runtime, workshop, `${runtime.name}${index}`) };
  }
});

function someOfEachSection(): Row[] {
  const sections = [...new Set(allRows.map(({ section }) => section))];
  return sections.flatMap((name) =>
    someOf(
      allRows.filter(({ section }) => section === name),
      name,
    ),
  );
}

/** Shows the reason of a test that neither passed nor failed. */
function report(test: Mocha.Context, verdict: Verdict): void {
  if (verdict.is === 'not here') skip(test, verdict.why);
  if (verdict.is === 'deviates') test.test!.title += ` (deviates: ${verdict.why})`;
}
