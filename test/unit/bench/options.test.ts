import assert from 'node:assert/strict';
import { parseOptions } from '../../../bench/options.ts';

describe('options of the bench', () => {
  it('are 21 runs of all cases by default', () => {
    const { runs, only, rich, strict, json } = parseOptions([], ['ps']);
    assert.deepEqual(
      { runs, only, rich, strict, json },
      { runs: 21, only: [], rich: false, strict: false, json: undefined },
    );
  });

  it('include the rich image for --only rich', () => {
    assert.equal(parseOptions(['--only', 'rich'], ['ps', 'rich']).rich, true);
  });

  for (const [args, message] of [
    [['--only', 'pss'], /--only: expected one of ps, rich, found "pss"/],
    [['--runs', '0'], /--runs: expected a whole number from 1 to 1000, found "0"/],
    [['--runs', '2.5'], /found "2.5"/],
    [['--fast'], /Unknown option '--fast'[^]*Usage: npm run bench/],
  ] as const)
    it(`are rejected with a message: ${args.join(' ')}`, () => {
      assert.throws(() => parseOptions([...args], ['ps', 'rich']), { name: 'SetupError', message });
    });
});
