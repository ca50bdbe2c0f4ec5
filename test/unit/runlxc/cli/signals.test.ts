import { equal, throws } from 'node:assert/strict';
import { parseSignal } from '../../../../runlxc/cli/signals.ts';

describe('a signal', () => {
  for (const [text, number] of [
    ['9', 9],
    ['KILL', 9],
    ['SIGTERM', 15],
    ['sigusr1', 10],
    ['SIGRTMIN+3', 37],
    ['RTMAX-1', 63],
    ['0', 0],
  ] as const)
    it(`${text} is ${number}`, () => {
      equal(parseSignal(text), number);
    });

  for (const text of ['65', 'SIGODD', 'RTMIN+99', ''])
    it(`${JSON.stringify(text)} is invalid`, () => {
      throws(() => parseSignal(text), /unknown signal/);
    });
});
