import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from '../../support/Bed.ts';
import { bind, tmpfs } from '../../support/edit.ts';
import { hostWithMountBelow } from '../../support/hostMounts.ts';
import { section } from '../../support/row.ts';
import { hasMountOption, lacksMountOption, see } from '../../support/see.ts';
import type { Spec } from '../../support/spec.ts';

/** Options of any mount in mountinfo. */
const shown = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime', 'nosymfollow'];
/** Options of the file system. */
const ofFilesystem = ['sync', 'dirsync'];
/** Options, each with the one it overrides. */
const opposites = [
  ['rw', 'ro'],
  ['suid', 'nosuid'],
  ['dev', 'nodev'],
  ['exec', 'noexec'],
  ['atime', 'noatime'],
  ['diratime', 'nodiratime'],
  ['symfollow', 'nosymfollow'],
  ['strictatime', 'relatime'],
] as const;

function remountReadOnly(path: string): void {
  assert.equal(spawnSync('mount', ['-o', 'remount,bind,ro', path]).status, 0);
}

/** config.md, Linux mount options. */
export const mountOptionRows = section('config.md#linux-mount-options', [
  ...shown.map((option) => ({
    must: `${option} applies to a tmpfs`,
    spec: (spec: Spec) => tmpfs(spec, option),
    test: hasMountOption(option),
  })),
  ...shown.map((option) => ({
    must: `${option} applies to a bind mount`,
    spec: (spec: Spec, { host }: Bed) => bind(spec, host, ['bind', option]),
    test: hasMountOption(option),
  })),
  ...ofFilesystem.map((option) => ({
    must: `${option} applies to a file system`,
    spec: (spec: Spec) => tmpfs(spec, option),
    test: hasMountOption(option),
  })),
  ...opposites.map(([option, opposite]) => ({
    must: `${option} overrides an earlier ${opposite}`,
    spec: (spec: Spec) => tmpfs(spec, opposite, option),
    test: lacksMountOption(opposite),
  })),
  {
    must: 'strictatime is neither relatime nor noatime',
    spec: (spec) => tmpfs(spec, 'strictatime'),
    test: lacksMountOption('relatime'),
  },
  {
    must: 'several options apply together to a bind mount',
    spec: (spec, { host }) => bind(spec, host, ['bind', 'ro', 'nosuid', 'nodev', 'noexec']),
    sh: `awk '$5 == "/mnt" {print $6}' /proc/self/mountinfo | grep -c ^ro,nosuid,nodev,noexec`,
    prints: '1',
  },
  {
    must: 'a read-only bind mount does not make the host’s directory read-only',
    spec: (spec, { host }) => bind(spec, host, ['bind', 'ro']),
    test: async (c, { host }) => {
      await c.running();
      writeFileSync(join(host, 'a'), '');
      assert.equal(await c.sh('ls /mnt; touch /mnt/b 2>/dev/null || echo refused'), 'a\nrefused');
    },
  },
  {
    must: 'bind does not include the mounts below its source',
    spec: (spec, bed) => bind(spec, hostWithMountBelow(bed), ['bind']),
    sh: 'ls /mnt; ls /mnt/below',
    prints: 'below',
  },
  {
    must: 'rbind includes the mounts below its source',
    spec: (spec, bed) => bind(spec, hostWithMountBelow(bed), ['rbind']),
    sh: 'ls /mnt/below',
    prints: 'a',
  },
  {
    must: 'ro is not recursive: a mount below stays writable',
    spec: (spec, bed) => bind(spec, hostWithMountBelow(bed), ['rbind', 'ro']),
    sh: 'touch /mnt/b 2>/dev/null || echo refused; touch /mnt/below/b && echo written',
    prints: 'refused\nwritten',
  },
  ...(
    [
      ['rro', 'ro'],
      ['rnosuid', 'nosuid'],
      ['rnodev', 'nodev'],
      ['rnoexec', 'noexec'],
      ['rnoatime', 'noatime'],
      ['rnodiratime', 'nodiratime'],
      ['rnosymfollow', 'nosymfollow'],
    ] as const
  ).map(([option, seen]) => ({
    must: `${option} also applies to the mounts below`,
    spec: (spec: Spec, bed: Bed) => bind(spec, hostWithMountBelow(bed), ['rbind', option]),
    sh: `awk '$5 ~ "^/mnt" {print $6}' /proc/self/mountinfo | tr , '\\n' | grep -cx ${seen}`,
    prints: '2',
  })),
  {
    must: 'rrw overrides ro of the mounts below',
    spec: (spec, bed) => {
      const host = hostWithMountBelow(bed);
      remountReadOnly(join(host, 'below'));
      bind(spec, host, ['rbind', 'rrw']);
    },
    sh: 'touch /mnt/below/b && echo written',
    prints: 'written',
  },
  {
    must: 'other options are the file system’s data: size and mode',
    spec: ({ mounts }) =>
      mounts.push({
        destination: '/made',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['size=64k', 'mode=711', 'nosuid'],
      }),
    sh: `stat -c %a /made; df -k /made | awk '$6 == "/made" {print $2}'`,
    prints: '711\n64',
  },
  {
    must: 'the mode in a tmpfs’s data takes precedence over that of the directory at the destination',
    spec: (spec) => tmpfs(spec, 'mode=711'),
    sh: 'stat -c %a /mnt',
    prints: '711',
  },
  {
    must: 'data unknown to the file system is an error',
    spec: (spec) => tmpfs(spec, 'coffee=strong'),
    refused: /invalid argument|coffee/i,
  },
  {
    must: 'tmpcopyup copies the content of the destination, with modes and owners, into the tmpfs',
    spec: (spec, { main }) => {
      mkdirSync(main.inside('mnt', 'below'), { mode: 0o700 });
      writeFileSync(main.inside('mnt', 'below', 'a'), 'text', { mode: 0o640 });
      chownSync(main.inside('mnt', 'below', 'a'), 5, 6);
      tmpfs(spec, 'tmpcopyup');
    },
    sh: `awk '$5 == "/mnt"' /proc/self/mountinfo | grep -c ' tmpfs '; stat -c '%a %u %g' /mnt/below /mnt/below/a; cat /mnt/below/a`,
    prints: '1\n700 0 0\n640 5 6\ntext',
  },
  {
    must: 'tmpcopyup does not change the rootfs',
    spec: (spec, { main }) => {
      writeFileSync(main.inside('mnt', 'a'), 'text');
      tmpfs(spec, 'tmpcopyup');
    },
    test: async (c) => {
      await see(c, 'rm /mnt/a; touch /mnt/b');
      await c.delete('--force');
      assert.equal(await see(c, 'ls /mnt'), 'a');
    },
  },
]);
