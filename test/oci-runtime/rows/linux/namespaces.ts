import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import type { NamespaceType } from '../../../../hooks/oci.ts';
import { withNamespace, withoutNamespace, withUserNamespace } from '../../support/edit.ts';
import { section, type Row } from '../../support/row.ts';
import { see } from '../../support/see.ts';

/** Types, with their files in /proc/PID/ns (namespaces(7)). */
const files = {
  pid: 'pid',
  network: 'net',
  mount: 'mnt',
  ipc: 'ipc',
  uts: 'uts',
  cgroup: 'cgroup',
  time: 'time',
  user: 'user',
} satisfies Record<NamespaceType, string>;

const types = Object.keys(files) as NamespaceType[];
/** Without its own mount namespace a container would change the host’s mounts. */
const shareable = types.filter((type) => type !== 'mount' && type !== 'user');

const ofHost = (type: NamespaceType) => readlinkSync(`/proc/self/ns/${files[type]}`);
const make = (type: NamespaceType): NonNullable<Row['spec']> => {
  return (spec) => (type === 'user' ? withUserNamespace(spec) : withNamespace(spec, type));
};

const joined: NonNullable<Row['test']> = async (c, bed) => {
  const other = bed.container('other');
  await other.running();
  const { pid } = await other.state();
  for (const type of ['ipc', 'uts', 'network', 'pid'] as const)
    withNamespace(c.spec, type, `/proc/${pid}/ns/${files[type]}`);
  const seen = await see(c, 'for n in ipc uts net pid; do readlink /proc/self/ns/$n; done');
  assert.deepEqual(
    seen.split('\n'),
    ['ipc', 'uts', 'net', 'pid'].map((name) => readlinkSync(`/proc/${pid}/ns/${name}`)),
  );
};

const joinsUserNamespace: NonNullable<Row['test']> = async (c, bed) => {
  const other = bed.container('other');
  withUserNamespace(other.spec);
  await other.running();
  const { pid } = await other.state();
  for (const type of ['user', 'ipc', 'uts', 'network'] as const)
    withNamespace(c.spec, type, `/proc/${pid}/ns/${files[type]}`);
  assert.equal(await see(c, 'readlink /proc/self/ns/user'), readlinkSync(`/proc/${pid}/ns/user`));
};

/** config-linux.md, Namespaces. */
export const namespaceRows = section('config-linux.md#namespaces', [
  ...types.map((type) => ({
    must: `a ${type} namespace without path is a new one`,
    spec: make(type),
    test: async (c: Parameters<typeof see>[0]) => {
      const seen = await see(c, `readlink /proc/self/ns/${files[type]}`);
      assert.match(seen, new RegExp(`^${files[type]}:\\[\\d+\\]$`));
      assert.notEqual(seen, ofHost(type));
    },
  })),
  ...shareable.map((type) => ({
    must: `without a ${type} namespace the container shares the runtime’s`,
    spec: (spec: Parameters<typeof withoutNamespace>[0]) => {
      withoutNamespace(spec, type);
      // mqueue and sysfs belong to the ipc and network namespace.
      spec.mounts = spec.mounts.filter(({ type: fs }) => fs !== 'mqueue' && fs !== 'sysfs');
    },
    test: async (c: Parameters<typeof see>[0]) =>
      assert.equal(await see(c, `readlink /proc/self/ns/${files[type]}`), ofHost(type)),
  })),
  {
    must: 'a namespace with a path is joined: ipc, uts, network and pid of another container',
    test: joined,
  },
  {
    must: 'a user namespace with a path is joined',
    test: joinsUserNamespace,
  },
  {
    must: 'a user namespace with a path and its mappings is joined',
    spec: withUserNamespace,
    test: joinsUserNamespace,
  },
  {
    must: 'a bind-mounted network namespace, as engines create it, is joined',
    spec: (spec, bed) => {
      const path = bed.mount(bed.file('netns'), '--bind', '/proc/self/ns/net');
      withNamespace(spec, 'network', path);
      spec.mounts = spec.mounts.filter(({ type }) => type !== 'sysfs');
    },
    test: async (c) => assert.equal(await see(c, 'readlink /proc/self/ns/net'), ofHost('network')),
  },
  {
    must: 'in a new pid namespace the process is the first one',
    sh: 'echo $$',
    prints: '1',
  },
  {
    must: 'a new network namespace has only a loopback interface',
    sh: 'ls /sys/class/net',
    prints: 'lo',
  },
  {
    must: 'in a new cgroup namespace the container’s cgroup is the root',
    spec: make('cgroup'),
    sh: "cut -d: -f2,3 /proc/self/cgroup | grep -E '^(pids)?:' | cut -d: -f2 | sort -u",
    prints: '/',
  },
  {
    must: 'two namespaces of one type are an error',
    spec: ({ linux }) => linux.namespaces.push({ type: 'ipc' }),
    refused: /duplicate|namespace|ipc/i,
  },
  {
    must: 'a path that is a namespace of another type is an error',
    spec: (spec) => withNamespace(spec, 'network', '/proc/self/ns/uts'),
    refused: /./,
  },
  {
    must: 'a path that is not a namespace is an error',
    spec: (spec) => withNamespace(spec, 'network', '/etc/hostname'),
    refused: /./,
  },
  {
    must: 'a path that does not exist is an error',
    spec: (spec) => withNamespace(spec, 'network', '/no/such/netns'),
    refused: /not exist|no such file/i,
  },
  {
    must: 'a path that is not absolute is an error',
    spec: (spec, { main }) => {
      withNamespace(spec, 'network', 'netns');
      assert.ok(main);
    },
    refused: /namespace|absolute|no such file/i,
  },
  {
    must: 'an unknown type is an error',
    spec: (spec) => withNamespace(spec, 'coffee' as NamespaceType),
    refused: /namespace|coffee/i,
  },
]);
