/** mocha's spec reporter; it also writes the current result to the file in POUCH_TEST_RESULT. */
import type assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

/** The result of a run of tests. */
export interface Result {
  passed: number;
  /** One text per failed test: its title and the error. */
  failures: string[];
  /** The same of tests that failed and passed when they ran again; they count as passed. */
  flaky?: string[];
}

/** A test that failed. */
export interface FailedTest {
  /** Path of its file. */
  file: string;
  /** Its text in the failures. */
  failure: string;
}

/** The current result of a run of mocha. */
export interface MochaResult extends Result {
  /** Of the failures, those of tests. The others are of hooks. */
  failed: FailedTest[];
  /** The running test; undefined at the end. */
  running?: string | undefined;
  /** Time of the tests and hooks of each file with a result, in milliseconds, by path. */
  files: Record<string, number>;
}

const {
  EVENT_HOOK_END,
  EVENT_RUN_END,
  EVENT_TEST_BEGIN,
  EVENT_TEST_END,
  EVENT_TEST_FAIL,
  EVENT_TEST_PENDING,
} = Mocha.Runner.constants;

/** Lines of the stack to print, enough to show the position in the test. */
const shownLines = 20;

/** Of a text that an assertion found. */
const shownCharacters = 2000;

export default class ResultReporter extends Mocha.reporters.Spec {
  readonly #failures: string[] = [];
  readonly #failed: FailedTest[] = [];
  readonly #files: Record<string, number> = {};

  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    for (const event of [EVENT_TEST_BEGIN, EVENT_TEST_PENDING, EVENT_TEST_FAIL])
      runner.on(event, (test: Mocha.Runnable) => this.#add(test, 0));
    for (const event of [EVENT_TEST_END, EVENT_HOOK_END])
      runner.on(event, (ended: Mocha.Runnable) => this.#add(ended, ended.duration ?? 0));
    runner.on(EVENT_TEST_BEGIN, (test) => this.#write(test.fullTitle()));
    runner.on(EVENT_TEST_FAIL, (test: Mocha.Test | Mocha.Hook, error: Error) => this.#fail(test, error));
    runner.on(EVENT_RUN_END, () => this.#write(undefined));
  }

  #add({ file = '' }: Mocha.Runnable, ms: number): void {
    this.#files[file] = (this.#files[file] ?? 0) + ms;
  }

  #fail(test: Mocha.Test | Mocha.Hook, error: Error): void {
    const failure = textOf(test, error);
    this.#failures.push(failure);
    if (test.type === 'test' && test.file !== undefined) this.#failed.push({ file: test.file, failure });
  }

  #write(running: string | undefined): void {
    const file = process.env['POUCH_TEST_RESULT'];
    const result: MochaResult = {
      passed: this.stats.passes,
      failures: this.#failures,
      failed: this.#failed,
      running,
      files: this.#files,
    };
    if (file === undefined) return;
    // One that is killed meanwhile leaves the result from before.
    writeFileSync(`${file}.part`, JSON.stringify(result));
    renameSync(`${file}.part`, file);
  }
}

function textOf(test: Mocha.Runnable, error: Error): string {
  const lines = (error.stack ?? error.message).split('\n').slice(0, shownLines);
  const file = relative(process.cwd(), test.file ?? '');
  const title = `${test.fullTitle()} (${file}, after ${test.duration ?? 0} ms)`;
  return [title, ...foundBy(error), ...lines].join('\n  ');
}

/** The text that assert.match found. A message of the test takes its place in the error. */
function foundBy(error: Error): string[] {
  const { operator, actual, generatedMessage } = error as Partial<assert.AssertionError>;
  if (generatedMessage !== false || !/match/i.test(operator ?? '') || typeof actual !== 'string') return [];
  return [`found: ${actual.length > shownCharacters ? `${actual.slice(0, shownCharacters)}…` : actual}`];
}
