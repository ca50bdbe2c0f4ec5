/** mocha's spec reporter, which also keeps the result so far in the file that POUCH_TEST_RESULT names. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

/** What a run of tests has come to. */
export interface Result {
  passed: number;
  /** One text per failed test: its title, and below it what was wrong. */
  failures: string[];
}

/** What a run of mocha has come to so far. */
export interface MochaResult extends Result {
  /** The test that runs now; undefined at the end. */
  running?: string | undefined;
  /** Paths of the files with a result so far, with the milliseconds that their tests and hooks took. */
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

/** Of the stack, what shows where in the test it happened. */
const shownLines = 20;

export default class ResultReporter extends Mocha.reporters.Spec {
  readonly #failures: string[] = [];
  readonly #files: Record<string, number> = {};

  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    for (const event of [EVENT_TEST_BEGIN, EVENT_TEST_PENDING, EVENT_TEST_FAIL])
      runner.on(event, (test: Mocha.Runnable) => this.#add(test, 0));
    for (const event of [EVENT_TEST_END, EVENT_HOOK_END])
      runner.on(event, (ended: Mocha.Runnable) => this.#add(ended, ended.duration ?? 0));
    runner.on(EVENT_TEST_BEGIN, (test) => this.#write(test.fullTitle()));
    runner.on(EVENT_TEST_FAIL, (test, error: Error) => this.#failures.push(failure(test, error)));
    runner.on(EVENT_RUN_END, () => this.#write(undefined));
  }

  #add({ file = '' }: Mocha.Runnable, ms: number): void {
    this.#files[file] = (this.#files[file] ?? 0) + ms;
  }

  #write(running: string | undefined): void {
    const file = process.env['POUCH_TEST_RESULT'];
    const result: MochaResult = {
      passed: this.stats.passes,
      failures: this.#failures,
      running,
      files: this.#files,
    };
    if (file !== undefined) writeFileSync(file, JSON.stringify(result));
  }
}

function failure(test: Mocha.Runnable, error: Error): string {
  const lines = (error.stack ?? error.message).split('\n').slice(0, shownLines);
  const file = relative(process.cwd(), test.file ?? '');
  return [`${test.fullTitle()} (${file}, after ${test.duration ?? 0} ms)`, ...lines].join('\n  ');
}
