import assert from 'node:assert/strict';
import { durationSeconds, parseDuration } from '../../../../client/options/duration.ts';

describe('durations', () => {
  it('need units', () => {
    assert.equal(durationSeconds('1.5h'), 5400);
    assert.equal(durationSeconds('500ms'), 0.5);
    assert.equal(durationSeconds('5'), undefined);
  });

  it('are nanoseconds for the API', () => {
    const cases: [string, number][] = [
      ['0', 0],
      ['0s', 0],
      ['1m30s', 90e9],
      ['1us', 1000],
      ['7ns', 7],
    ];
    for (const [text, nanoseconds] of cases) assert.equal(parseDuration('--x', text), nanoseconds, text);
    for (const text of ['', '5', 'soon', '1d', '99999999h'])
      assert.throws(() => parseDuration('--x', text), { code: 'PCH_OPTION_INVALID', message: /^--x: / });
  });
});
