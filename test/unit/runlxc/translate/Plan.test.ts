import { equal, throws } from 'node:assert/strict';
import { Plan } from '../../../../runlxc/translate/Plan.ts';

describe('a plan', () => {
  it('is strings that end with NUL, lists with their length before them', () => {
    const plan = new Plan().add('exec', ['a', 'b c'], []).add('umask', 18).add('cwd', '/', true);
    equal(plan.encode(), 'exec\x002\x00a\x00b c\x000\x00umask\x0018\x00cwd\x00/\x001\x00');
  });

  it('takes no NUL in a string: it would be another one', () => {
    throws(() => new Plan().add('cwd', '/a\0exec'), /has a NUL character/);
  });
});
