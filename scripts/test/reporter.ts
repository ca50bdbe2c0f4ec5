/** mocha's spec reporter, which also writes the counts to the file that POUCH_TEST_COUNTS names. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What one run of mocha came to. */
export interface Counts {
  passed: number;
  failed: number;
}

export default class CountingReporter extends Mocha.reporters.Spec {
  override done(failures: number, finish?: (failures: number) => void): void {
    const file = process.env['POUCH_TEST_COUNTS'];
    const counts: Counts = { passed: this.stats.passes, failed: this.stats.failures };
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    finish?.(failures);
  }
}
