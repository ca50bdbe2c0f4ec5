import { createHash } from 'node:crypto';
import { pick, seededRandom } from './seededRandom.ts';

/** Of this many cases one is tested. */
const oneOf = 8;

/**
 * Returns a sample of a test's cases, at least one, drawn by POUCH_TEST_SEED; with POUCH_TEST_EVERY_CASE, all of them.
 * `npm test -- every-case` runs the test files that import this one.
 * @param of - what the cases are of; samples of different things are independent
 */
export function someOf<T>(cases: readonly T[], of = ''): T[] {
  if (everyCase()) return [...cases];
  const random = seededRandom(hashOf(`${seedOfRun()} ${cases.length} ${of}`));
  const left = [...cases];
  const drawn = new Set<T>();
  for (let count = Math.ceil(cases.length / oneOf); count > 0; count -= 1) {
    const one = pick(random, left);
    left.splice(left.indexOf(one), 1);
    drawn.add(one);
  }
  return cases.filter((one) => drawn.has(one));
}

/**
 * Keeps a sample of the tests of a suite and of each suite in it, at least one of each: a kind of test has a `describe`
 * of its own. Call it at the end of a `describe` whose tests do not depend on each other. With POUCH_TEST_EVERY_TEST,
 * as in `npm test -- runtimes`, keeps all tests, which may take samples of their cases.
 */
export function sampleTests(suite: Mocha.Suite): void {
  if (everyTest()) return;
  suite.tests = someOf(suite.tests, suite.fullTitle());
  for (const inner of suite.suites) sampleTests(inner);
}

/** Whether all cases are tested, and nothing is kept from an earlier run. */
export function everyCase(): boolean {
  return Boolean(process.env['POUCH_TEST_EVERY_CASE']);
}

/** Whether all tests run, maybe with samples of their cases. */
export function everyTest(): boolean {
  return everyCase() || Boolean(process.env['POUCH_TEST_EVERY_TEST']);
}

/** scripts/test.ts draws and prints one for all files; without it, this does so for the process. */
function seedOfRun(): number {
  const { seed } = seededRandom();
  if (process.env['POUCH_TEST_SEED'] === undefined) {
    process.env['POUCH_TEST_SEED'] = String(seed);
    console.log(`POUCH_TEST_SEED=${seed}`);
  }
  return seed;
}

function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE();
}
