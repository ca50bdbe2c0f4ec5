/** mocha's spec reporter, which also keeps the counts in the file that POUCH_TEST_COUNTS names. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What a run of mocha has come to so far. */
export interface Counts {
  passed: number;
  failed: number;
  /** The test that runs now; undefined at the end. */
  running?: string | undefined;
}

const { EVENT_RUN_END, EVENT_TEST_BEGIN } = Mocha.Runner.constants;

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_TEST_BEGIN, (test) => this.#write(test.fullTitle()));
    runner.on(EVENT_RUN_END, () => this.#write(undefined));
  }

  #write(running: string | undefined): void {
    const file = process.env['POUCH_TEST_COUNTS'];
    const counts: Counts = { passed: this.stats.passes, failed: this.stats.failures, running };
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  }
}
