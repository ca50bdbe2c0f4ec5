import { equal, throws } from 'node:assert/strict';
import { Plan } from '../../../../runlxc/translate/Plan.ts';

describe('a plan', () => {
  it('consists of strings that end with NUL, with the length before each list', () => {
    const plan = new Plan().add('exec', ['a', 'b c'], []).add('umask', 18).add('cwd', '/', true);
    equal(plan.encode(), 'exec\x002\x00a\x00b c\x000\x00umask\x0018\x00cwd\x00/\x001\x00');
  });

  it('refuses NUL in a string, which would end it', () => {
    throws(() => new Plan().add('cwd', '/a\0exec'), /contains a NUL character/);
  });
});
