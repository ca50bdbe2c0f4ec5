import { mkdirSync, writeFileSync } from 'node:fs';
import type { OciDevice, OciDeviceRule } from '../../../hooks/oci.ts';
import { section, type Row } from '../support/row.ts';

const device = (changes: Partial<OciDevice> = {}): NonNullable<Row['spec']> => {
  const zero = { path: '/dev/some', type: 'c', major: 1, minor: 5 };
  return ({ linux }) => (linux.devices = [{ ...zero, ...changes }]);
};

/** config-linux.md, Devices. */
export const deviceRows = section('config-linux.md#devices', [
  {
    must: 'a character device is there with its numbers',
    spec: device(),
    sh: 'stat -c "%F %t %T" /dev/some; head -c 3 /dev/some | wc -c',
    prints: 'character special file 1 5\n3',
  },
  {
    must: 'type u is a character device, too',
    spec: device({ type: 'u' }),
    sh: 'stat -c "%F %t %T" /dev/some',
    prints: 'character special file 1 5',
  },
  {
    must: 'a block device is there with its numbers',
    spec: device({ type: 'b', major: 7, minor: 0 }),
    sh: 'stat -c "%F %t %T" /dev/some',
    prints: 'block special file 7 0',
  },
  {
    must: 'type p is a FIFO, and needs no numbers',
    spec: ({ linux }) => (linux.devices = [{ path: '/dev/some', type: 'p' } as OciDevice]),
    sh: 'stat -c %F /dev/some',
    prints: 'fifo',
  },
  {
    must: 'fileMode is the device’s mode, whatever the umask',
    spec: device({ fileMode: 0o666 }),
    sh: 'stat -c %a /dev/some',
    prints: '666',
  },
  {
    must: 'uid and gid own the device',
    spec: device({ uid: 5, gid: 6, fileMode: 0o600 }),
    sh: 'stat -c "%u %g %a" /dev/some',
    prints: '5 6 600',
  },
  {
    must: 'the path may be outside of /dev, in a directory that is not there',
    spec: device({ path: '/srv/deep/some' }),
    sh: 'stat -c %F /srv/deep/some',
    prints: 'character special file',
  },
  {
    must: 'a file at the path that is another one is an error',
    spec: (spec, bed) => {
      mkdirSync(bed.main.inside('srv'));
      writeFileSync(bed.main.inside('srv', 'some'), 'text');
      device({ path: '/srv/some' })(spec, bed);
    },
    refused: /exist|srv.some|device/i,
  },
  {
    must: 'several devices are there',
    spec: ({ linux }) =>
      (linux.devices = [
        { path: '/dev/one', type: 'c', major: 1, minor: 5 },
        { path: '/dev/two', type: 'c', major: 1, minor: 3 },
      ]),
    sh: 'stat -c "%t %T" /dev/one /dev/two',
    prints: '1 5\n1 3',
  },
  { must: 'a type that there is not is an error', spec: device({ type: 'x' }), refused: /device|type|x/i },
  {
    must: 'devices of the host that are not listed are not there',
    sh: 'ls -d /dev/loop0 /dev/sda /dev/vda /dev/kmsg /dev/mem 2>/dev/null',
    exits: 1,
    prints: '',
  },
]);

/** config-linux.md, Default Devices. */
export const defaultDeviceRows = section('config-linux.md#default-devices', [
  ...(
    [
      ['null', '1 3'],
      ['zero', '1 5'],
      ['full', '1 7'],
      ['random', '1 8'],
      ['urandom', '1 9'],
      ['tty', '5 0'],
    ] as const
  ).map(([name, numbers]) => ({
    must: `/dev/${name} is there, for everybody`,
    sh: `stat -c "%F %t %T %a" /dev/${name}`,
    prints: `character special file ${numbers} 666`,
  })),
  {
    must: '/dev/ptmx makes terminals of the container’s own /dev/pts',
    sh: 'readlink -f /dev/ptmx; probe ptmx',
    prints: /^(\/dev\/pts\/ptmx|\/dev\/ptmx)\n\/dev\/pts\/0$/m,
  },
  { must: 'without terminal there is no /dev/console', sh: 'test -e /dev/console', exits: 1 },
]);

/** runtime-linux.md, Dev symbolic links. */
export const deviceLinkRows = section('runtime-linux.md#dev-symbolic-links', [
  { must: '/dev/fd leads to /proc/self/fd', sh: 'readlink /dev/fd', prints: '/proc/self/fd' },
  { must: '/dev/stdin leads to /proc/self/fd/0', sh: 'readlink /dev/stdin', prints: '/proc/self/fd/0' },
  { must: '/dev/stdout leads to /proc/self/fd/1', sh: 'readlink /dev/stdout', prints: '/proc/self/fd/1' },
  { must: '/dev/stderr leads to /proc/self/fd/2', sh: 'readlink /dev/stderr', prints: '/proc/self/fd/2' },
]);

const deny: OciDeviceRule = { allow: false, access: 'rwm' };
const rules = (...devices: OciDeviceRule[]): NonNullable<Row['spec']> => {
  return ({ linux }) => (linux.resources = { devices });
};
/** The host's first loop device is no default device; runtimes allow to make any node, for that alone gives no access. */
const loop = { type: 'b', major: 7, minor: 0 };
const make = 'mknod /tmp/loop b 7 0';
const read = 'head -c 0 /tmp/loop 2>/dev/null && echo readable || echo unreadable';
const write = '(: >>/tmp/loop) 2>/dev/null && echo writable || echo unwritable';

/** config-linux.md, Allowed Device list. */
export const deviceRuleRows = section('config-linux.md#allowed-device-list', [
  {
    must: 'what is denied cannot be opened',
    spec: rules(deny),
    sh: `${make}; ${read}; ${write}`,
    prints: 'unreadable\nunwritable',
  },
  {
    must: 'access m allows to make the node, not to open it',
    spec: rules(deny, { allow: true, ...loop, access: 'm' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'unreadable\nunwritable',
  },
  {
    must: 'access r allows to read, not to write',
    spec: rules(deny, { allow: true, ...loop, access: 'rm' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'readable\nunwritable',
  },
  {
    must: 'access w allows to write, not to read',
    spec: rules(deny, { allow: true, ...loop, access: 'wm' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'unreadable\nwritable',
  },
  {
    must: 'access rw allows to read and write',
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
    must: 'a rule for block devices is none for character devices',
    spec: rules(deny, { allow: true, type: 'b', major: 10, minor: 229, access: 'rwm' }),
    sh: 'mknod /tmp/fuse c 10 229 && head -c 0 /tmp/fuse 2>&1',
    exits: 1,
    prints: /not permitted/,
  },
  {
    must: 'rules hold in their order: a later one takes back an earlier',
    spec: rules(deny, { allow: true, ...loop, access: 'rwm' }, { allow: false, ...loop, access: 'w' }),
    sh: `${make} && ${read}; ${write}`,
    prints: 'readable\nunwritable',
  },
  {
    must: 'a later rule takes back a part of an earlier, wider one',
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
    must: 'default devices work though everything is denied',
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
