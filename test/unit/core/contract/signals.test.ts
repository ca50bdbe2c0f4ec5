import assert from 'node:assert/strict';
import { signalNumber } from '../../../../core/contract/signals.ts';

describe('signals', () => {
  const known: [string, number][] = [
    ['SIGTERM', 15],
    ['TERM', 15],
    ['term', 15],
    [' SIGKILL ', 9],
    ['9', 9],
    ['64', 64],
    ['SIGWINCH', 28],
    ['SIGRTMIN', 34],
    ['SIGRTMIN+3', 37],
    ['RTMAX-1', 63],
    ['SIGRTMAX', 64],
  ];
  for (const [text, number] of known)
    it(`"${text}" is ${number}`, () => assert.equal(signalNumber(text), number));

  for (const text of [
    '',
    '0',
    '65',
    '-1',
    'SIGNONE',
    'SIGRTMIN+31',
    'SIGRTMAX+1',
    'RTMIN-1',
    '9x',
    'constructor',
  ])
    it(`"${text}" is not a signal`, () => {
      assert.throws(() => signalNumber(text), { code: 'PCH_OPTION_INVALID' });
    });
});
