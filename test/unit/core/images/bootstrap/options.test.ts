import assert from 'node:assert/strict';
import { checkOptions } from '../../../../../core/images/bootstrap/options.ts';

const good = { reference: 'debian:bookworm', suite: 'bookworm', include: ['openssh-server', 'libstdc++6'] };

describe('options of bootstrap', () => {
  it('accepts suites and package names', () => {
    checkOptions(good);
    checkOptions({ ...good, mirror: 'http://deb.example.org/debian' });
  });

  const bad = {
    'a suite that is an option': { suite: '--help' },
    'a suite that is a path': { suite: '../x' },
    'a package that is an option': { include: ['--x'] },
    'a package that is a pattern': { include: ['?essential'] },
    'a package that is a file': { include: ['./x.deb'] },
    'two packages in one': { include: ['a,b'] },
    'an empty package': { include: [''] },
    'too many packages': { include: Array<string>(501).fill('bash') },
    'a mirror that is a file': { mirror: '/etc/shadow' },
    'a mirror that is more than an address': { mirror: 'http://a [trusted=yes]' },
    'a mirror that is a line of sources.list': { mirror: 'deb http://a x main' },
  };
  for (const [what, change] of Object.entries(bad)) {
    it(`rejects ${what}`, () => {
      assert.throws(() => checkOptions({ ...good, ...change }), { code: 'PCH_OPTION_INVALID' });
    });
  }
});
