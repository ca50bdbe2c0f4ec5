import type { OciDeviceRule } from '../../../../hooks/oci.ts';
import { section, type Row } from '../../support/row.ts';
import { device } from './devices.ts';

const deny: OciDeviceRule = { allow: false, access: 'rwm' };
const rules = (...devices: OciDeviceRule[]): NonNullable<Row['spec']> => {
  return ({ linux }) => (linux.resources = { devices });
};
/**
 * The host's first loop device, which is not a default device; runtimes allow creating any node, since that gives no
 * access.
 */
const loop = { type: 'b', major: 7, minor: 0 };
const make = 'mknod /tmp/loop b 7 0';
const read = 'head -c 0 /tmp/loop 2>/dev/null && echo readable || echo unreadable';
const write = '(: >>/tmp/loop) 2>/dev/null && echo writable || echo unwritable';

/** config-linux.md, Allowed Device list. */
export const deviceRuleRows = section('config-linux.md#allowed-device-list', [
  {
    must: 'a denied device cannot be opened',
    spec: rules(deny),
    sh: `${make}; ${read}; ${write}`,
    prints: 'unreadable\nunwritable',
  },
  {
    must: 'access m allows creating the node, not opening it',
    spec: rules(deny, { allow: true, ...loop, access: 'm' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'unreadable\nunwritable',
  },
  {
    must: 'access r allows reading, not writing',
    spec: rules(deny, { allow: true, ...loop, access: 'rm' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'readable\nunwritable',
  },
  {
    must: 'access w allows writing, not reading',
    spec: rules(deny, { allow: true, ...loop, access: 'wm' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'unreadable\nwritable',
  },
  {
    must: 'access rw allows reading and writing',
    spec: rules(deny, { allow: true, ...loop, access: 'rwm' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'readable\nwritable',
  },
  {
    must: 'a rule without minor allows every minor of the major',
    spec: rules(deny, { allow: true, type: 'b', major: 7, access: 'rwm' }),
    sh: `mknod /tmp/loop b 7 1 && ${read}`,
    prints: 'readable',
  },
  {
    must: 'a rule for block devices does not apply to character devices',
    spec: rules(deny, { allow: true, type: 'b', major: 10, minor: 229, access: 'rwm' }),
    sh: 'mknod /tmp/fuse c 10 229 && head -c 0 /tmp/fuse 2>&1',
    exits: 1,
    prints: /not permitted/,
  },
  {
    must: 'rules apply in order: a later one overrides an earlier one',
    spec: rules(deny, { allow: true, ...loop, access: 'rwm' }, { allow: false, ...loop, access: 'w' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'readable\nunwritable',
  },
  {
    must: 'a later rule revokes a part of an earlier, wider one',
    spec: rules(
      deny,
      { allow: true, type: 'b', major: 7, access: 'rwm' },
      { allow: false, ...loop, access: 'w' },
    ),
    sh: `${make} && ${read}; ${write}`,
    prints: 'readable\nunwritable',
  },
  {
    must: 'a rule for all types allows all',
    spec: rules(deny, { allow: true, type: 'a', access: 'rwm' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'readable\nwritable',
  },
  {
    must: 'default devices work even if everything is denied',
    spec: rules(deny),
    sh: 'for name in null zero full random urandom; do head -c 1 /dev/$name >/dev/null || echo $name; done; echo a >/dev/null; probe ptmx',
    prints: '/dev/pts/0',
  },
  {
    must: 'a listed device still has to be allowed',
    spec: (spec, bed) => {
      device({ type: 'b', major: 7, minor: 0, path: '/dev/loop' })(spec, bed);
      rules(deny)(spec, bed);
    },
    sh: 'head -c 0 /dev/loop 2>&1',
    exits: 1,
    prints: /not permitted/,
  },
]);
