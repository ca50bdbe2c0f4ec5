import { deepEqual, equal, throws } from 'node:assert/strict';
import { deviceRules } from '../../../../runlxc/translate/deviceRules.ts';

describe('device rules', () => {
  it('become LXC’s lines in order, followed by the default devices', () => {
    const lines = deviceRules(
      [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
        { allow: true, type: 'b', major: 7 },
      ],
      'lxc.cgroup',
    );
    deepEqual(lines.slice(0, 4), [
      'lxc.cgroup.devices.deny = a',
      'lxc.cgroup.devices.allow = c 10:229 rw',
      'lxc.cgroup.devices.allow = b 7:* rwm',
      'lxc.cgroup.devices.allow = c *:* m',
    ]);
  });

  it('are empty if the spec has no rules', () => {
    deepEqual(deviceRules([], 'lxc.cgroup2'), []);
  });

  const partly = [
    { allow: false },
    { allow: true, type: 'b', major: 7 },
    { allow: false, type: 'b', major: 7, minor: 1 },
  ];

  it('that revoke a part of another are refused for cgroup v1', () => {
    throws(
      () => deviceRules(partly, 'lxc.cgroup'),
      /^RunlxcError: linux\.resources\.devices\[2\]: cgroup v1/,
    );
    equal(deviceRules(partly, 'lxc.cgroup2')[2], 'lxc.cgroup2.devices.deny = b 7:1 rwm');
  });

  it('that revoke all of another are accepted', () => {
    const whole = [
      { allow: false },
      { allow: true, type: 'b', major: 7 },
      { allow: false, type: 'b', major: 7 },
    ];
    equal(deviceRules(whole, 'lxc.cgroup')[2], 'lxc.cgroup.devices.deny = b 7:* rwm');
  });

  it('of unknown types or access are refused', () => {
    throws(() => deviceRules([{ allow: true, type: 'x' }], 'lxc.cgroup'), /devices\[0\]\.type: x/);
    throws(
      () => deviceRules([{ allow: true, type: 'c', access: 'z' }], 'lxc.cgroup'),
      /devices\[0\]\.access: z/,
    );
  });
});
