import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from '../support/bed.ts';
import { bind, grant, tmpfs, withUserNamespace } from '../support/edit.ts';
import { hasMountOption, lacksMountOption, see, seeMount } from '../support/see.ts';
import { section, type Row } from '../support/row.ts';
import type { Spec } from '../support/spec.ts';

/** Options that a mount of any kind shows in its mountinfo. */
const shown = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime', 'nosymfollow'];
/** Options of the file system. */
const ofFilesystem = ['sync', 'dirsync'];
/** An option, and what it takes back. */
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

/** A directory of the host with a tmpfs below it, in which there is a file. */
function hostWithMountBelow(bed: Bed): string {
  const below = join(bed.host, 'below');
  mkdirSync(below);
  bed.mount(below, '-t', 'tmpfs', 'tmpfs');
  writeFileSync(join(below, 'a'), '');
  return bed.host;
}

/** A directory of the host that is a mount of its own, and shares what is mounted below it. */
function sharedOfHost(bed: Bed): string {
  bed.mount(bed.host, '-t', 'tmpfs', 'tmpfs');
  assert.equal(spawnSync('mount', ['--make-shared', bed.host]).status, 0);
  return bed.host;
}

function remountReadOnly(path: string): void {
  assert.equal(spawnSync('mount', ['-o', 'remount,bind,ro', path]).status, 0);
}

/** A shared directory of the host; the rootfs propagates in the same way, as engines ask for it. */
function propagating(rootfs: string, ...options: string[]): NonNullable<Row['spec']> {
  return (spec, bed) => {
    spec.linux.rootfsPropagation = rootfs;
    bind(spec, sharedOfHost(bed), options);
  };
}

const propagates = (kind: RegExp | undefined, path = '/mnt'): NonNullable<Row['test']> => {
  return async (c) => {
    const { propagation } = await seeMount(c, path);
    if (kind) assert.match(propagation.join(' '), kind);
    else assert.deepEqual(propagation, []);
  };
};

/** config.md, Linux mount options. */
export const mountOptionRows = section('config.md#linux-mount-options', [
  ...shown.map((option) => ({
    must: `${option} holds for a tmpfs`,
    spec: (spec: Spec) => tmpfs(spec, option),
    test: hasMountOption(option),
  })),
  ...shown.map((option) => ({
    must: `${option} holds for a bind mount`,
    spec: (spec: Spec, { host }: Bed) => bind(spec, host, ['bind', option]),
    test: hasMountOption(option),
  })),
  ...ofFilesystem.map((option) => ({
    must: `${option} holds for a file system`,
    spec: (spec: Spec) => tmpfs(spec, option),
    test: hasMountOption(option),
  })),
  ...opposites.map(([option, opposite]) => ({
    must: `${option} takes back an earlier ${opposite}`,
    spec: (spec: Spec) => tmpfs(spec, opposite, option),
    test: lacksMountOption(opposite),
  })),
  {
    must: 'strictatime is neither relatime nor noatime',
    spec: (spec) => tmpfs(spec, 'strictatime'),
    test: lacksMountOption('relatime'),
  },
  {
    must: 'several options hold together on a bind mount',
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
    must: 'bind does not show the mounts below its source',
    spec: (spec, bed) => bind(spec, hostWithMountBelow(bed), ['bind']),
    sh: 'ls /mnt/below',
    prints: '',
  },
  {
    must: 'rbind shows the mounts below its source',
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
    must: `${option} holds for the mounts below, too`,
    spec: (spec: Spec, bed: Bed) => bind(spec, hostWithMountBelow(bed), ['rbind', option]),
    sh: `awk '$5 ~ "^/mnt" {print $6}' /proc/self/mountinfo | tr , '\\n' | grep -cx ${seen}`,
    prints: '2',
  })),
  {
    must: 'rrw takes back ro of the mounts below',
    spec: (spec, bed) => {
      const host = hostWithMountBelow(bed);
      remountReadOnly(join(host, 'below'));
      bind(spec, host, ['rbind', 'rrw']);
    },
    sh: 'touch /mnt/below/b && echo written',
    prints: 'written',
  },
  {
    must: 'what is no mount option is the file system’s data: size and mode',
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
    must: 'the mode in a tmpfs’s data is preferred to that of the directory that was at the destination',
    spec: (spec) => tmpfs(spec, 'mode=711'),
    sh: 'stat -c %a /mnt',
    prints: '711',
  },
  {
    must: 'data that the file system does not know is an error',
    spec: (spec) => tmpfs(spec, 'coffee=strong'),
    refused: /invalid argument|coffee/i,
  },
  {
    must: 'tmpcopyup copies what was at the destination, with modes and owners, into the tmpfs',
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
    must: 'tmpcopyup leaves the rootfs as it was',
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
  {
    must: 'a mount of the container does not reach the host without another option',
    spec: (spec, bed) => bind(spec, sharedOfHost(bed)),
    test: async (c) => assert.doesNotMatch((await seeMount(c)).propagation.join(' '), /shared/),
  },
  {
    must: 'private is no peer of the host’s mount',
    spec: (spec, bed) => bind(spec, sharedOfHost(bed), ['bind', 'private']),
    test: propagates(undefined),
  },
  {
    must: 'shared is a peer of the host’s mount',
    spec: propagating('rshared', 'bind', 'shared'),
    test: propagates(/^shared:\d+$/),
  },
  {
    must: 'slave receives from the host’s mount',
    spec: propagating('rslave', 'bind', 'slave'),
    test: propagates(/^master:\d+$/),
  },
  {
    must: 'unbindable can be bound nowhere else',
    spec: propagating('rshared', 'bind', 'unbindable'),
    test: propagates(/^unbindable$/),
  },
  ...(
    [
      ['rprivate', undefined],
      ['rshared', /shared:/],
      ['rslave', /master:/],
      ['runbindable', /unbindable/],
    ] as const
  ).map(([option, propagation]) => ({
    must: `${option} holds for the mounts below, too`,
    spec: (spec: Spec, bed: Bed) => {
      propagating(option === 'runbindable' ? 'rshared' : option, 'rbind', option)(spec, bed);
      hostWithMountBelow(bed);
    },
    test: propagates(propagation, '/mnt/below'),
  })),
  {
    must: 'with rslave a later mount of the host is seen, and one of the container is not seen on the host',
    spec: propagating('rslave', 'rbind', 'rslave'),
    test: async (c, bed) => {
      grant(c.spec, 'CAP_SYS_ADMIN');
      await c.running();
      hostWithMountBelow(bed);
      assert.equal(await c.sh('ls /mnt/below'), 'a');
      await c.sh('mkdir /mnt/own; mount -t tmpfs tmpfs /mnt/own; touch /mnt/own/b');
      assert.deepEqual(readdirSync(join(bed.host, 'own')), []);
    },
  },
  {
    must: 'with rshared mounts go in both directions',
    spec: propagating('rshared', 'rbind', 'rshared'),
    test: async (c, bed) => {
      grant(c.spec, 'CAP_SYS_ADMIN');
      await c.running();
      hostWithMountBelow(bed);
      assert.equal(await c.sh('ls /mnt/below'), 'a');
      await c.sh('mkdir /mnt/own; mount -t tmpfs tmpfs /mnt/own; touch /mnt/own/b');
      assert.deepEqual(readdirSync(join(bed.host, 'own')), ['b']);
      await c.sh('umount /mnt/own');
    },
  },
  {
    must: 'uidMappings and gidMappings show the files of a bind mount as of other owners',
    spec: (spec, { host }) => {
      writeFileSync(join(host, 'a'), '');
      chownSync(join(host, 'a'), 1000, 2000);
      const mapping = (hostID: number) => [{ containerID: 1000, hostID, size: 5000 }];
      spec.mounts.push({
        destination: '/mnt',
        type: 'bind',
        source: host,
        options: ['bind'],
        uidMappings: mapping(11_000),
        gidMappings: mapping(21_000),
      });
    },
    sh: 'stat -c "%u %g" /mnt/a',
    prints: '11000 22000',
  },
  {
    must: 'idmap shows root’s files of the host as of the container’s root',
    spec: (spec, bed) => {
      withUserNamespace(spec);
      writeFileSync(join(bed.host, 'a'), '');
      const mappings = { uidMappings: spec.linux.uidMappings!, gidMappings: spec.linux.gidMappings! };
      const mount = {
        destination: '/mnt',
        type: 'bind',
        source: bed.host,
        options: ['bind', 'idmap'],
        ...mappings,
      };
      spec.mounts.push(mount);
    },
    sh: 'stat -c "%u %g" /mnt/a',
    prints: '0 0',
  },
]);
