import assert from 'node:assert/strict';
import { commandPath } from '../../../cli/commandPath.ts';

describe('command path', () => {
  const cases: [args: string[], path: string[]][] = [
    [[], []],
    [
      ['ps', '-a'],
      ['ps', '-a'],
    ],
    [
      ['-H', 'unix:///x', 'container', 'ls'],
      ['container', 'ls'],
    ],
    [['--host=unix:///x', 'ps'], ['ps']],
    [
      ['help', 'image', 'ls'],
      ['image', 'ls'],
    ],
    [['--help'], []],
  ];
  for (const [args, path] of cases)
    it(args.join(' ') || 'nothing', () => assert.deepEqual(commandPath(args), path));
});
