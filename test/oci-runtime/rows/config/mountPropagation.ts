import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from '../../support/Bed.ts';
import { bind, grant } from '../../support/edit.ts';
import { hostWithMountBelow } from '../../support/hostMounts.ts';
import { section, type Row } from '../../support/row.ts';
import { seeMount } from '../../support/see.ts';
import type { Spec } from '../../support/spec.ts';

/** Creates a directory of the host that is a mount and shares mounts below it. */
function sharedOfHost(bed: Bed): string {
  bed.mount(bed.host, '-t', 'tmpfs', 'tmpfs');
  assert.equal(spawnSync('mount', ['--make-shared', bed.host]).status, 0);
  return bed.host;
}

/** Binds a shared directory of the host; the rootfs has the same propagation, as engines request it. */
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

/** config.md, Linux mount options: propagation. */
export const mountPropagationRows = section('config.md#linux-mount-options', [
  {
    must: 'a mount of the container does not propagate to the host by default',
    spec: (spec, bed) => bind(spec, sharedOfHost(bed)),
    test: async (c) => assert.doesNotMatch((await seeMount(c)).propagation.join(' '), /shared/),
  },
  {
    must: 'private is not a peer of the host’s mount',
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
    must: 'unbindable cannot be bind-mounted',
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
    must: `${option} also applies to the mounts below`,
    spec: (spec: Spec, bed: Bed) => {
      propagating(option === 'runbindable' ? 'rshared' : option, 'rbind', option)(spec, bed);
      hostWithMountBelow(bed);
    },
    test: propagates(propagation, '/mnt/below'),
  })),
  {
    must: 'with rslave a later mount of the host is visible, and one of the container is not visible on the host',
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
]);
