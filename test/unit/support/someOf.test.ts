import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Mocha from 'mocha';
import { sampleTests, someKinds, someOf } from '../../support/someOf.ts';

const tests = resolve(import.meta.dirname, '../..');
const variables = [
  'POUCH_TEST_SEED',
  'POUCH_TEST_EVERY_CASE',
  'POUCH_TEST_EVERY_TEST',
  'POUCH_TEST_ONE_OF',
] as const;
const cases = [...Array(20).keys()];

describe('a sample of cases', () => {
  const before = new Map<string, string | undefined>();

  beforeEach(() => {
    for (const name of variables) {
      before.set(name, process.env[name]);
      delete process.env[name];
    }
    process.env['POUCH_TEST_SEED'] = '1';
  });

  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('has one of eight, and one at least', () => {
    assert.equal(someOf(cases).length, Math.ceil(cases.length / 8));
    assert.deepEqual(someOf(['only']), ['only']);
    assert.deepEqual(someOf([]), []);
  });

  it('is the same for the same seed, and covers all cases with others', () => {
    assert.deepEqual(someOf(cases), someOf(cases));
    const seen = new Set<number>();
    for (let seed = 0; seed < 100; seed += 1) {
      process.env['POUCH_TEST_SEED'] = String(seed);
      for (const one of someOf(cases)) seen.add(one);
    }
    assert.equal(seen.size, cases.length);
  });

  it('of one thing does not depend on that of another', () => {
    const draws = ['start', 'stop', 'run', 'rm'].map((call) => someOf(cases, call).join());
    assert.ok(new Set(draws).size > 1, draws.join(' '));
  });

  it('is all of them with POUCH_TEST_EVERY_CASE', () => {
    process.env['POUCH_TEST_EVERY_CASE'] = '1';
    assert.deepEqual(someOf(cases), cases);
  });

  /** A suite of twenty tests with another of two. */
  function suite(): Mocha.Suite {
    const outer = new Mocha.Suite('outer');
    const inner = Mocha.Suite.create(outer, 'inner');
    for (let n = 0; n < 20; n += 1) outer.addTest(new Mocha.Test(`outer ${n}`, () => {}));
    for (let n = 0; n < 2; n += 1) inner.addTest(new Mocha.Test(`inner ${n}`, () => {}));
    return outer;
  }

  it('of tests has one of each suite at least', () => {
    const sampled = suite();
    sampleTests(sampled);
    assert.deepEqual([sampled.tests.length, sampled.suites[0]?.tests.length], [3, 1]);
  });

  it('of tests is all of them with POUCH_TEST_EVERY_CASE or POUCH_TEST_EVERY_TEST', () => {
    for (const name of ['POUCH_TEST_EVERY_CASE', 'POUCH_TEST_EVERY_TEST']) {
      process.env[name] = '1';
      const all = suite();
      sampleTests(all);
      assert.equal(all.total(), 22);
      delete process.env[name];
    }
  });

  it('is as large as POUCH_TEST_ONE_OF says', () => {
    process.env['POUCH_TEST_ONE_OF'] = '2';
    assert.equal(someOf(cases).length, 10);
    const half = suite();
    sampleTests(half);
    assert.deepEqual([half.tests.length, half.suites[0]?.tests.length], [10, 1]);
    process.env['POUCH_TEST_ONE_OF'] = '0';
    assert.throws(() => someOf(cases), /Expected a positive integer in POUCH_TEST_ONE_OF, found "0"/);
  });

  it('of tests keeps all their cases with POUCH_TEST_EVERY_CASE and POUCH_TEST_ONE_OF', () => {
    process.env['POUCH_TEST_EVERY_CASE'] = '1';
    process.env['POUCH_TEST_ONE_OF'] = '2';
    assert.deepEqual(someOf(cases), cases);
    const half = suite();
    sampleTests(half);
    assert.deepEqual([half.tests.length, half.suites[0]?.tests.length], [10, 1]);
  });

  it('of kinds of tests is as large as one of tests', () => {
    assert.equal(someKinds(cases, 'kinds').length, 3);
    process.env['POUCH_TEST_EVERY_CASE'] = '1';
    assert.deepEqual(someKinds(cases, 'kinds'), cases);
    process.env['POUCH_TEST_ONE_OF'] = '2';
    assert.equal(someKinds(cases, 'kinds').length, 10);
  });

  it('of cases is the usual one with POUCH_TEST_EVERY_TEST, whatever POUCH_TEST_ONE_OF is for tests', () => {
    process.env['POUCH_TEST_EVERY_TEST'] = '1';
    process.env['POUCH_TEST_ONE_OF'] = '2';
    assert.equal(someOf(cases).length, 3);
    const half = suite();
    sampleTests(half);
    assert.deepEqual([half.tests.length, half.suites[0]?.tests.length], [10, 1]);
  });

  it('is taken only in files that CI runs with all cases: every-case and runtimes find no others', () => {
    const users = readdirSync(tests, { recursive: true })
      .map(String)
      .filter(
        (file) => file.endsWith('.ts') && readFileSync(join(tests, file), 'utf8').includes("/someOf.ts'"),
      );
    const others = users.filter((file) => !/^integration\/[^/]+\.test\.ts$/.test(file));
    assert.deepEqual(others.sort(), [
      'oci-runtime/conformance.test.ts',
      'support/debianImage.ts',
      'unit/support/someOf.test.ts',
    ]);
  });
});
