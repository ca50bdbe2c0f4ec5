import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { section } from '../../support/row.ts';
import { seeMount } from '../../support/see.ts';

/** config-linux.md, Masked Paths, Readonly Paths and Rootfs Mount Propagation. */
export const pathRows = [
  ...section('config-linux.md#masked-paths', [
    {
      must: 'a masked file reads as empty',
      spec: ({ linux }, { main }) => {
        writeFileSync(main.inside('etc', 'file'), 'secret');
        linux.maskedPaths = ['/etc/file'];
      },
      sh: 'wc -c < /etc/file',
      prints: '0',
    },
    {
      must: 'a masked directory reads as empty, and cannot be written to',
      spec: ({ linux }, { main }) => {
        mkdirSync(main.inside('etc', 'below'));
        writeFileSync(main.inside('etc', 'below', 'file'), 'secret');
        linux.maskedPaths = ['/etc/below'];
      },
      sh: 'ls /etc/below; touch /etc/below/a 2>/dev/null || echo refused',
      prints: 'refused',
    },
    {
      must: 'a masked path that does not exist is not an error',
      spec: ({ linux }) => (linux.maskedPaths = ['/etc/none', '/proc/no/such', '/proc/kcore']),
      sh: 'head -c 1 /proc/kcore | wc -c; test -e /etc/none || echo none',
      prints: '0\nnone',
    },
  ]),
  ...section('config-linux.md#readonly-paths', [
    {
      must: 'a read-only path can be read, not written',
      spec: ({ linux }, { main }) => {
        mkdirSync(main.inside('etc', 'below'));
        writeFileSync(main.inside('etc', 'below', 'file'), 'text');
        linux.readonlyPaths = ['/etc/below'];
      },
      sh: 'cat /etc/below/file; echo; touch /etc/below/a 2>/dev/null || echo refused; touch /etc/a && echo written',
      prints: 'text\nrefused\nwritten',
    },
    {
      must: 'a read-only file can be read, not written',
      spec: ({ linux }, { main }) => {
        writeFileSync(main.inside('etc', 'file'), 'text');
        linux.readonlyPaths = ['/etc/file'];
      },
      sh: 'cat /etc/file; echo; (echo a > /etc/file) 2>/dev/null || echo refused',
      prints: 'text\nrefused',
    },
    {
      must: 'a read-only path of /proc prevents root from changing the kernel’s parameters',
      spec: ({ linux }) => (linux.readonlyPaths = ['/proc/sys']),
      sh: '(echo 1 > /proc/sys/net/ipv4/ip_forward) 2>/dev/null || echo refused',
      prints: 'refused',
    },
    {
      must: 'a read-only path keeps the other options of its mount',
      spec: ({ linux }) => (linux.readonlyPaths = ['/proc/sys']),
      test: async (c) => {
        const { options } = await seeMount(c, '/proc/sys');
        for (const option of ['ro', 'nosuid', 'nodev', 'noexec']) assert.ok(options.includes(option), option);
      },
    },
    {
      must: 'a read-only path that does not exist is not an error',
      spec: ({ linux }) => (linux.readonlyPaths = ['/etc/none']),
      sh: 'echo good',
      prints: 'good',
    },
  ]),
  ...section('config-linux.md#rootfs-mount-propagation', [
    ...(
      [
        ['shared', /^shared:\d+/],
        ['slave', /^(master:\d+)?$/],
        ['private', /^$/],
        ['unbindable', /^unbindable$/],
      ] as const
    ).map(([value, expected]) => ({
      must: `${value} is the propagation of the rootfs`,
      spec: ({ linux }: { linux: { rootfsPropagation?: string } }) => (linux.rootfsPropagation = value),
      test: async (c: Parameters<typeof seeMount>[0]) =>
        assert.match((await seeMount(c, '/')).propagation.join(' '), expected),
    })),
    {
      must: 'an unknown value is an error',
      spec: ({ linux }) => (linux.rootfsPropagation = 'coffee'),
      refused: /propagation|coffee/i,
    },
  ]),
  ...section('config-linux.md#personality', [
    {
      must: 'domain LINUX32 makes uname report a 32-bit architecture',
      notHere: () => (process.arch === 'x64' ? undefined : `on ${process.arch} it has another name`),
      spec: ({ linux }) => (linux.personality = { domain: 'LINUX32' }),
      sh: 'uname -m',
      prints: 'i686',
    },
    {
      must: 'domain LINUX is the kernel’s architecture',
      spec: ({ linux }) => (linux.personality = { domain: 'LINUX' }),
      sh: 'cat /proc/self/personality',
      prints: '00000000',
    },
    {
      must: 'an unknown domain is an error',
      spec: ({ linux }) => (linux.personality = { domain: 'COFFEE' }),
      refused: /personality|domain|coffee/i,
    },
  ]),
];
