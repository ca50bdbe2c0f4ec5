import { deepEqual, throws } from 'node:assert/strict';
import { parseJson } from '../../../../runlxc/spec/parseJson.ts';

describe('JSON of a bundle', () => {
  it('keeps integers that a double cannot hold', () => {
    deepEqual(parseJson('{"hard": 18446744073709551615, "soft": -9223372036854775808, "n": 1024}'), {
      hard: 18446744073709551615n,
      soft: -9223372036854775808n,
      n: 1024,
    });
  });

  it('does not change digits in strings and fractions', () => {
    deepEqual(
      parseJson('{"a": "12345678901234567890", "b": 0.12345678901234567, "c": "\\"12345678901234567890"}'),
      {
        a: '12345678901234567890',
        b: 0.12345678901234567,
        c: '"12345678901234567890',
      },
    );
  });

  for (const [text, place] of [
    ['{"a": tru}', 'line 1, column 7'],
    ['{\n  "a": 1,\n}', 'line 3, column 1'],
    ['{"a": [1, 2}', 'line 1, column 12'],
    ['{"a" 1}', 'line 1, column 6'],
    ['', 'line 1, column 1'],
    ['{"a": 1', 'line 1, column 8'],
  ] as const)
    it(`reports the position of the error in ${JSON.stringify(text)}: ${place}`, () => {
      throws(() => parseJson(text), { name: 'SyntaxError', message: new RegExp(`^${place}: `) });
    });
});
