import { equal, throws } from 'node:assert/strict';
import { bytes } from '../../../../runlxc/cli/numbers.ts';

describe('bytes of the command line', () => {
  for (const [text, number] of [
    ['64m', 67_108_864n],
    ['1.5GiB', 1_610_612_736n],
    ['1024', 1024n],
    ['9223372036854775807', 9223372036854775807n],
    ['-1', -1n],
  ] as const)
    it(`${text} are ${number}`, () => {
      equal(bytes(text, '--memory'), number);
    });

  it('of an invalid form are refused with the option', () => {
    throws(() => bytes('many', '--memory'), /invalid value for --memory: "many"/);
  });
});
