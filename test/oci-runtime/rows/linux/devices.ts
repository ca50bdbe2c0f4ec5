import { mkdirSync, writeFileSync } from 'node:fs';
import type { OciDevice } from '../../../../hooks/oci.ts';
import { section, type Row } from '../../support/row.ts';

/** Adds a device; the default is /dev/some with the numbers of /dev/zero. */
export const device = (changes: Partial<OciDevice> = {}): NonNullable<Row['spec']> => {
  const zero = { path: '/dev/some', type: 'c', major: 1, minor: 5 };
  return ({ linux }) => (linux.devices = [{ ...zero, ...changes }]);
};

/** config-linux.md, Devices. */
export const deviceRows = section('config-linux.md#devices', [
  {
    must: 'a character device exists with its numbers',
    spec: device(),
    sh: 'stat -c "%F %t %T" /dev/some; head -c 3 /dev/some | wc -c',
    prints: 'character special file 1 5\n3',
  },
  {
    must: 'type u is also a character device',
    spec: device({ type: 'u' }),
    sh: 'stat -c "%F %t %T" /dev/some',
    prints: 'character special file 1 5',
  },
  {
    must: 'a block device exists with its numbers',
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
    must: 'the path may be outside of /dev, in a directory that does not exist',
    spec: device({ path: '/srv/deep/some' }),
    sh: 'stat -c %F /srv/deep/some',
    prints: 'character special file',
  },
  {
    must: 'a different file at the path is an error',
    spec: (spec, bed) => {
      mkdirSync(bed.main.inside('srv'));
      writeFileSync(bed.main.inside('srv', 'some'), 'text');
      device({ path: '/srv/some' })(spec, bed);
    },
    refused: /exist|srv.some|device/i,
  },
  {
    must: 'several devices exist',
    spec: ({ linux }) =>
      (linux.devices = [
        { path: '/dev/one', type: 'c', major: 1, minor: 5 },
        { path: '/dev/two', type: 'c', major: 1, minor: 3 },
      ]),
    sh: 'stat -c "%t %T" /dev/one /dev/two',
    prints: '1 5\n1 3',
  },
  { must: 'an unknown type is an error', spec: device({ type: 'x' }), refused: /device|type|x/i },
  {
    must: 'devices of the host that are not listed do not exist',
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
    must: `/dev/${name} exists, for all users`,
    sh: `stat -c "%F %t %T %a" /dev/${name}`,
    prints: `character special file ${numbers} 666`,
  })),
  {
    must: '/dev/ptmx makes terminals of the container’s own /dev/pts',
    sh: 'readlink -f /dev/ptmx; probe ptmx',
    prints: /^(\/dev\/pts\/ptmx|\/dev\/ptmx)\n\/dev\/pts\/0$/m,
  },
  { must: 'without terminal /dev/console does not exist', sh: 'test -e /dev/console', exits: 1 },
]);

/** runtime-linux.md, Dev symbolic links. */
export const deviceLinkRows = section('runtime-linux.md#dev-symbolic-links', [
  { must: '/dev/fd leads to /proc/self/fd', sh: 'readlink /dev/fd', prints: '/proc/self/fd' },
  { must: '/dev/stdin leads to /proc/self/fd/0', sh: 'readlink /dev/stdin', prints: '/proc/self/fd/0' },
  { must: '/dev/stdout leads to /proc/self/fd/1', sh: 'readlink /dev/stdout', prints: '/proc/self/fd/1' },
  { must: '/dev/stderr leads to /proc/self/fd/2', sh: 'readlink /dev/stderr', prints: '/proc/self/fd/2' },
]);
