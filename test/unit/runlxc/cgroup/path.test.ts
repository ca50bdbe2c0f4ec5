import { equal, throws } from 'node:assert/strict';
import { cgroupPath } from '../../../../runlxc/cgroup/path.ts';

describe('the path of a cgroup', () => {
  it('is the spec’s, below the root', () => {
    equal(cgroupPath('/pods/a', 'c', false), '/pods/a');
    equal(cgroupPath('pods/a/', 'c', false), '/pods/a');
  });

  it('is the id if the spec has none', () => {
    equal(cgroupPath(undefined, 'c', false), '/c');
    equal(cgroupPath('/', 'c', false), '/c');
  });

  it('does not leave the hierarchy', () => {
    equal(cgroupPath('../../etc', 'c', false), '/etc');
  });

  it('of systemd is refused', () => {
    throws(() => cgroupPath('a.slice:b:c', 'c', true), /^RunlxcError: --systemd-cgroup/);
  });
});
