import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bind, tmpfs } from '../../support/edit.ts';
import { section } from '../../support/row.ts';
import { see } from '../../support/see.ts';

/** config.md, Mounts: order, destination, type, source. */
export const mountRows = section('config.md#mounts', [
  {
    must: 'mounts are made in the listed order',
    spec: (spec, { host }) => {
      mkdirSync(join(host, 'below'));
      tmpfs(spec);
      bind(spec, host, ['bind'], '/mnt/a');
      spec.mounts.push({ destination: '/mnt/a/below', type: 'tmpfs', source: 'tmpfs', options: ['size=1m'] });
    },
    test: async (c, { host }) => {
      assert.equal(
        await see(c, 'touch /mnt/a/below/own; ls /mnt /mnt/a /mnt/a/below | grep .'),
        '/mnt:\na\n/mnt/a:\nbelow\n/mnt/a/below:\nown',
      );
      assert.deepEqual(readdirSync(join(host, 'below')), []);
    },
  },
  {
    must: 'the last of two mounts on one destination is visible',
    spec: (spec, { host }) => {
      writeFileSync(join(host, 'a'), '');
      tmpfs(spec);
      bind(spec, host);
    },
    sh: 'ls /mnt',
    prints: 'a',
  },
  {
    must: 'a destination that does not exist is created, with its parents',
    spec: (spec, { host }) => {
      writeFileSync(join(host, 'a'), '');
      bind(spec, host, ['bind'], '/srv/deep/down');
    },
    sh: 'ls /srv/deep/down',
    prints: 'a',
  },
  {
    must: 'the destination of a file is created as a file',
    spec: (spec, { host }) => {
      writeFileSync(join(host, 'a'), 'text');
      bind(spec, join(host, 'a'), ['bind'], '/srv/deep/file');
    },
    sh: 'cat /srv/deep/file',
    prints: 'text',
  },
  {
    must: 'a relative bind source is resolved in the bundle',
    spec: (spec, { main }) => {
      mkdirSync(main.path('data'));
      writeFileSync(main.path('data', 'a'), '');
      bind(spec, 'data');
    },
    sh: 'ls /mnt',
    prints: 'a',
  },
  {
    must: 'a bind mount shows the same files: what the container writes, the host reads',
    spec: (spec, { host }) => bind(spec, host),
    test: async (c, { host }) => {
      await see(c, 'echo a > /mnt/a');
      assert.deepEqual(readdirSync(host), ['a']);
    },
  },
  {
    must: 'the option bind makes a bind mount of any type',
    spec: (spec, { host }) => {
      writeFileSync(join(host, 'a'), '');
      spec.mounts.push({ destination: '/mnt', type: 'none', source: host, options: ['bind'] });
    },
    sh: 'ls /mnt',
    prints: 'a',
  },
  {
    must: 'a bind mount needs no type if its options say bind',
    spec: (spec, { host }) => {
      writeFileSync(join(host, 'a'), '');
      spec.mounts.push({ destination: '/mnt', source: host, options: ['bind'] });
    },
    sh: 'ls /mnt',
    prints: 'a',
  },
  {
    must: 'a bind source that does not exist is an error',
    spec: (spec, { host }) => bind(spec, join(host, 'none')),
    refused: /no such file/i,
  },
  {
    must: 'a type unknown to the kernel is an error',
    spec: ({ mounts }) => mounts.push({ destination: '/mnt', type: 'coffeefs', source: 'none' }),
    refused: /no such device|coffeefs/i,
  },
  {
    must: 'a file system with a source of its own is mounted: overlay',
    spec: ({ mounts }, { host }) => {
      for (const name of ['lower', 'upper', 'work']) mkdirSync(join(host, name));
      writeFileSync(join(host, 'lower', 'a'), '');
      const data = ['lower', 'upper', 'work'].map((name) => `${name}dir=${join(host, name)}`);
      mounts.push({ destination: '/mnt', type: 'overlay', source: 'overlay', options: data });
    },
    sh: 'touch /mnt/b; ls /mnt',
    prints: 'a\nb',
  },
  {
    must: 'a destination that is a symbolic link is resolved inside the rootfs',
    spec: (spec, { main, host }) => {
      writeFileSync(join(host, 'a'), '');
      symlinkSync('/mnt', main.inside('link'));
      bind(spec, host, ['bind'], '/link');
    },
    sh: 'ls /mnt',
    prints: 'a',
  },
  {
    must: 'a symbolic link to a directory of the host is resolved inside the rootfs',
    spec: (spec, { main, host }) => {
      symlinkSync(host, main.inside('link'));
      bind(spec, main.inside('tmp'), ['bind'], '/link/made');
    },
    test: async (c, { host }) => {
      assert.equal(await see(c, `ls -d ${host}/made`), `${host}/made`);
      assert.ok(!existsSync(join(host, 'made')), 'nothing was made on the host');
    },
  },
  {
    must: 'a symbolic link with .. does not leave the rootfs',
    spec: (spec, { main, host }) => {
      symlinkSync(`${'../'.repeat(20)}${host}`, main.inside('tmp', 'link'));
      bind(spec, main.inside('etc'), ['bind'], '/tmp/link/made');
    },
    test: async (c, { host }) => {
      assert.equal(await see(c, `ls -d ${host}/made`), `${host}/made`);
      assert.ok(!existsSync(join(host, 'made')), 'nothing was made on the host');
    },
  },
  {
    must: 'a destination with .. does not leave the rootfs',
    spec: (spec, { host }) => {
      writeFileSync(join(host, 'a'), '');
      bind(spec, host, ['bind'], '/../../mnt');
    },
    sh: 'ls /mnt',
    prints: 'a',
  },
  {
    must: 'a mount without destination is refused',
    spec: ({ mounts }) => mounts.push({ type: 'tmpfs', source: 'tmpfs' } as any),
    refused: /destination|mount/i,
  },
  {
    must: 'a mount over a directory of /proc is refused, since it could fake the kernel’s files',
    spec: (spec, { host }) => bind(spec, host, ['bind'], '/proc/sys'),
    refused: /proc/i,
  },
]);
