import assert from 'node:assert/strict';
import { joinCsv, splitCsv } from '../../../../client/options/csv.ts';

describe('comma-separated fields', () => {
  const cases: [text: string, fields: string[]][] = [
    ['a,b', ['a', 'b']],
    ['a,,b,', ['a', '', 'b', '']],
    ['a,"b,c",d', ['a', 'b,c', 'd']],
    ['"a ""b"""', ['a "b"']],
  ];
  for (const [text, fields] of cases)
    it(text, () => {
      assert.deepEqual(splitCsv(text), fields);
      assert.equal(joinCsv(fields), text);
    });
});
