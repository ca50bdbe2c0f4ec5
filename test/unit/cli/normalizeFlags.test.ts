import assert from 'node:assert/strict';
import { Option } from 'commander';
import { normalizeFlags } from '../../../cli/normalizeFlags.ts';

const options = [
  new Option('-i, --interactive', ''),
  new Option('-t, --tty', ''),
  new Option('-e, --env <x>', ''),
  new Option('--sig-proxy', ''),
];
const find = (flag: string) => options.find(({ short, long }) => short === flag || long === flag);

describe('flags in forms that Docker accepts', () => {
  const cases: [given: string, args: string, off: string[]][] = [
    ['--sig-proxy=false img', 'img', ['sigProxy']],
    ['-i=true -t=0 img', '-i img', ['tty']],
    ['-e=A=1 --env=B=2 img', '-e A=1 --env B=2 img', []],
    ['-it -e -t=false img -t=false', '-it -e -t=false img -t=false', []],
    ['-ite -i=false img', '-ite -i=false img', []],
    ['-ieA -t=false img', '-ieA img', ['tty']],
    ['-- -i=false', '-- -i=false', []],
    ['--unknown=x img', '--unknown=x img', []],
  ];
  for (const [given, args, switchedOff] of cases) {
    it(given, () => {
      assert.deepEqual(normalizeFlags(given.split(' '), find, true), { args: args.split(' '), switchedOff });
    });
  }

  it('continues after arguments if options may follow them', () => {
    assert.deepEqual(normalizeFlags(['name', '-i=false'], find, false), {
      args: ['name'],
      switchedOff: ['interactive'],
    });
  });
});
