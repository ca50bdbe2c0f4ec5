import assert from 'node:assert/strict';
import { parseDetachKeys } from '../../../../client/options/detachKeys.ts';

describe('--detach-keys', () => {
  const cases: [text: string | undefined, bytes: number[]][] = [
    [undefined, [16, 17]],
    ['', [16, 17]],
    ['ctrl-p,ctrl-q', [16, 17]],
    ['ctrl-A', [1]],
    ['a,b', [97, 98]],
    ['ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_', [0, 27, 28, 29, 30, 31]],
  ];
  for (const [text, bytes] of cases) it(String(text), () => assert.deepEqual(parseDetachKeys(text), bytes));

  for (const text of ['ctrl-', 'ctrl-1', 'ab', 'a,,b', 'ü', 'alt-x']) {
    it(`${text} is rejected`, () =>
      assert.throws(() => parseDetachKeys(text), { code: 'PCH_OPTION_INVALID' }));
  }
});
