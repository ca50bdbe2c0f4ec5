import assert from 'node:assert/strict';
import { mountOf } from '../../../../plugins/volume-local/mountOf.ts';

describe('Docker’s options of the volume driver local', () => {
  it('none: the volume is a directory', () => {
    assert.equal(mountOf({}), undefined);
  });

  const mounts = [
    [
      { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,mode=700' },
      { type: 'tmpfs', options: ['size=1m', 'mode=700'] },
    ],
    [
      { type: 'nfs', device: ':/export', o: 'addr=10.0.0.1,ro' },
      { type: 'nfs', source: '10.0.0.1:/export', options: ['ro'] },
    ],
    [
      { type: 'nfs4', device: ':/x', o: 'addr=fd00::1' },
      { type: 'nfs4', source: '[fd00::1]:/x', options: [] },
    ],
    [
      { type: 'nfs', device: 'nas:/x' },
      { type: 'nfs', source: 'nas:/x', options: [] },
    ],
    [
      { type: 'cifs', device: '//nas/x', o: 'ro' },
      { type: 'cifs', source: '//nas/x', options: ['ro'] },
    ],
    [
      { type: 'none', device: '/srv/www', o: 'bind,ro' },
      { type: 'bind', source: '/srv/www', options: ['ro'] },
    ],
    [
      { device: '/srv', o: 'bind' },
      { type: 'bind', source: '/srv', options: [] },
    ],
  ] as const;
  for (const [options, mount] of mounts)
    it(`${JSON.stringify(options)} is a mount`, () => {
      assert.deepEqual(mountOf(options), mount);
    });

  const refused = [
    [{ device: '/dev/sda1' }, /need a type/],
    [{ o: 'ro' }, /need a type/],
    [{ type: 'none', device: '/srv' }, /add o=bind|directories of the host/],
    [{ type: 'none', o: 'bind' }, /absolute path.*found none/],
    [{ o: 'bind', device: 'srv' }, /absolute path.*found "srv"/],
    [{ o: 'bind', device: '/srv/../etc' }, /found "\/srv\/\.\.\/etc"/],
    [{ type: 'ext4', device: '/dev/sda1' }, /found "ext4"/],
    [{ type: 'cifs' }, /needs a device/],
    [{ type: 'nfs', device: ':/x' }, /names no server/],
  ] as const;
  for (const [options, problem] of refused)
    it(`${JSON.stringify(options)} is refused`, () => {
      assert.throws(() => mountOf(options), { code: 'PCH_OPTION_INVALID', message: problem });
    });
});
