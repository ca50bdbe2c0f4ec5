import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpfs } from '../../support/edit.ts';
import { section } from '../../support/row.ts';

/** config.md, Root. */
export const rootRows = section('config.md#root', [
  {
    must: 'a relative path is resolved in the bundle',
    sh: 'cd /; ls',
    prints: 'bin\ndev\netc\nmnt\nproc\nrun\nsys\ntmp',
  },
  {
    must: 'path may be absolute',
    spec: (spec, { main }) => (spec.root.path = main.rootfs),
    sh: 'cd /; ls',
    prints: 'bin\ndev\netc\nmnt\nproc\nrun\nsys\ntmp',
  },
  { must: 'readonly is false by default', sh: 'echo a > /etc/a && cat /etc/a', prints: 'a' },
  {
    must: 'readonly makes the root filesystem read-only',
    spec: ({ root }) => (root.readonly = true),
    sh: 'touch /etc/a 2>&1',
    exits: 1,
    prints: /Read-only file system/,
  },
  {
    must: 'readonly leaves other mounts writable',
    spec: (spec) => {
      spec.root.readonly = true;
      tmpfs(spec);
    },
    sh: 'echo a > /mnt/a && cat /mnt/a',
    prints: 'a',
  },
  {
    must: 'readonly does not make the directory of the host read-only',
    spec: ({ root }) => (root.readonly = true),
    test: async (c) => {
      await c.running();
      writeFileSync(c.inside('etc/of-the-host'), '');
    },
  },
  {
    must: 'a path that does not exist is an error',
    spec: (_, { main }) => rmSync(main.rootfs, { recursive: true }),
    refused: /rootfs|no such file/i,
  },
  {
    must: 'a path that is a file is an error',
    spec: (_, { main }) => {
      rmSync(main.rootfs, { recursive: true });
      writeFileSync(main.rootfs, '');
    },
    refused: /rootfs|not a directory/i,
  },
  { must: 'a spec without root is refused', spec: (spec) => delete (spec as any).root, refused: /root/i },
  {
    must: 'an empty path is refused',
    spec: ({ root }) => (root.path = ''),
    refused: /root|path|no such file/i,
  },
  {
    must: 'a path that is a symbolic link is refused or resolved',
    spec: (spec, { main }) => {
      symlinkSync('rootfs', main.path('link'));
      spec.root.path = 'link';
    },
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'cd /; ls'];
      const { code, stdout, stderr } = await c.run();
      if (code === 0) assert.match(stdout, /^bin\ndev\n/);
      else assert.match(stderr, /symlink|rootfs/i);
    },
  },
]);
