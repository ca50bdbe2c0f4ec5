import assert from 'node:assert/strict';
import { programLines } from '../../../../../core/host/deviceProgram/replaceProgram.ts';

describe('the lines of device rules', () => {
  it('keep the order, and have * for what a rule does not name', () => {
    const rules = [
      { allow: false, access: 'rwm' },
      { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
      { allow: true, type: 'b', major: -1, access: 'm' },
      { allow: false, type: 'c', major: 10 },
    ];
    assert.deepEqual(programLines(rules), [
      'deny a *:* rwm',
      'allow c 10:229 rw',
      'allow b *:* m',
      'deny c 10:* rwm',
    ]);
  });

  it('have a rule once, at its last place', () => {
    const fuse = { allow: true, type: 'c', major: 10, minor: 229, access: 'rwm' };
    assert.deepEqual(programLines([fuse, { ...fuse, allow: false }, fuse]), [
      'deny c 10:229 rwm',
      'allow c 10:229 rwm',
    ]);
  });

  it('allow nothing for a rule without access, and for what is not a device', () => {
    const nothing = [
      { allow: true, type: 'c', major: 1, minor: 3 },
      { allow: true, type: 'p', access: 'r' },
    ];
    assert.deepEqual(programLines(nothing), []);
    assert.deepEqual(programLines([{ allow: true, type: 'u', major: 1, minor: 3, access: 'rr' }]), [
      'allow c 1:3 r',
    ]);
  });
});
