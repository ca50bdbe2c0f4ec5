import { createHash } from 'node:crypto';
import { pick, seededRandom } from './seededRandom.ts';

/** Of this many cases one is tested, unless POUCH_TEST_ONE_OF is another number. */
const usualOneOf = 8;

/**
 * Returns a sample of a test's cases, at least one, drawn by POUCH_TEST_SEED; with POUCH_TEST_EVERY_CASE, all of them.
 * `npm test -- every-case` runs the test files that import this one. With POUCH_TEST_EVERY_TEST, POUCH_TEST_ONE_OF is
 * about tests, not about their cases.
 * @param of - what the cases are of; samples of different things are independent
 */
export function someOf<T>(cases: readonly T[], of = ''): T[] {
  const given = everyTest() ? undefined : oneOf();
  return everyCase() ? [...cases] : drawn(cases, given ?? usualOneOf, of);
}

/** Returns a sample of what tests are made of, such as images, as large as `sampleTests` makes one of tests. */
export function someKinds<T>(kinds: readonly T[], of: string): T[] {
  return drawn(kinds, testsOneOf(), of);
}

function drawn<T>(cases: readonly T[], one: number, of: string): T[] {
  const random = seededRandom(hashOf(`${seedOfRun()} ${cases.length} ${of}`));
  const left = [...cases];
  const taken = new Set<T>();
  for (let count = Math.ceil(cases.length / one); count > 0; count -= 1) {
    const next = pick(random, left);
    left.splice(left.indexOf(next), 1);
    taken.add(next);
  }
  return cases.filter((each) => taken.has(each));
}

/**
 * Keeps a sample of the tests of a suite and of each suite in it, at least one of each: a kind of test has a `describe`
 * of its own. Call it at the end of a `describe` whose tests do not depend on each other. With POUCH_TEST_EVERY_TEST,
 * as in `npm test -- runtimes`, keeps all tests, which may take samples of their cases. With POUCH_TEST_ONE_OF beside
 * it or beside POUCH_TEST_EVERY_CASE, as in `.ci/run`, takes a sample of these tests.
 */
export function sampleTests(suite: Mocha.Suite): void {
  suite.tests = drawn(suite.tests, testsOneOf(), suite.fullTitle());
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

function testsOneOf(): number {
  return oneOf() ?? (everyTest() ? 1 : usualOneOf);
}

function oneOf(): number | undefined {
  const text = process.env['POUCH_TEST_ONE_OF'];
  if (!text) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`Expected a positive integer in POUCH_TEST_ONE_OF, found "${text}".`);
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
