import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { cgroupFile, isUnified } from '../../support/cgroups.ts';
import { withUserNamespace } from '../../support/edit.ts';
import { section } from '../../support/row.ts';
import { holds } from './limits.ts';

/** config-linux.md, Control groups: effects of limits, and refused limits. */
export const limitEffectRows = [
  ...section('config-linux.md#pids', [
    {
      must: 'limit is enforced',
      spec: ({ linux }) => (linux.resources = { pids: { limit: 3 } }),
      sh: '(sleep 5 & sleep 5 & sleep 5 & sleep 5 &) 2>&1',
      exits: 2,
      prints: /fork/,
    },
  ]),
  ...section('config-linux.md#memory', [
    {
      must: 'limit is enforced: a process that exceeds it is killed',
      spec: ({ linux }) => (linux.resources = { memory: { limit: 16_777_216, swap: 16_777_216 } }),
      // The container's only process, so that the kernel cannot choose another one.
      args: ['/bin/busybox', 'tail', '-n', '1', '/dev/zero'],
      exits: 137,
    },
    {
      must: 'a limit that is not a number is refused',
      spec: ({ linux }) => (linux.resources = { memory: { limit: 'much' as unknown as number } }),
      refused: /memory|unmarshal|limit|much/i,
    },
  ]),
  ...section('config-linux.md#cpu', [
    {
      must: 'CPUs that the host does not have are an error',
      spec: ({ linux }) => (linux.resources = { cpu: { cpus: '4000' } }),
      refused: /cpuset|cpus|invalid argument|numerical result/i,
    },
    {
      must: 'a realtimeRuntime above that of the parents is an error',
      notHere: () =>
        existsSync('/sys/fs/cgroup/cpu/cpu.rt_runtime_us') ? undefined : 'no cgroup v1 has cpu.rt_runtime_us',
      spec: ({ linux }) =>
        (linux.resources = { cpu: { realtimePeriod: 1_000_000, realtimeRuntime: 990_000 } }),
      refused: /rt_runtime|realtime|invalid argument/i,
    },
    {
      must: 'a quota below the kernel’s minimum is an error',
      spec: ({ linux }) => (linux.resources = { cpu: { quota: 1, period: 100_000 } }),
      refused: /cfs_quota|cpu\.max|invalid argument/i,
    },
  ]),
  ...section('config-linux.md#intelrdt', [
    {
      must: 'intelRdt is an error on a host without resctrl',
      notHere: () => (existsSync('/sys/fs/resctrl/schemata') ? 'the host has resctrl' : undefined),
      spec: ({ linux }) =>
        Object.assign(linux, { intelRdt: { closID: 'guaranteed', l3CacheSchema: 'L3:0=f' } }),
      refused: /rdt|resctrl/i,
    },
  ]),
  ...section('config-linux.md#unified', [
    {
      must: 'unified is refused without cgroup v2',
      notHere: () => (isUnified() ? 'the host has cgroup v2' : undefined),
      spec: ({ linux }) => (linux.resources = { unified: { 'pids.max': '42' } }),
      refused: /unified|cgroup ?v(1|2)/i,
    },
    {
      must: 'unified writes the files that it names',
      notHere: () => (isUnified() ? undefined : 'the host has cgroup v1'),
      spec: ({ linux }) => (linux.resources = { unified: { 'pids.max': '42' } }),
      test: async (c) => holds(c, '', 'pids.max', '42'),
    },
    {
      must: 'unified with an unknown file is an error',
      notHere: () => (isUnified() ? undefined : 'the host has cgroup v1'),
      spec: ({ linux }) => (linux.resources = { unified: { 'coffee.max': '42' } }),
      refused: /unified|coffee/i,
    },
  ]),
  ...section('config-linux.md#cgroup-ownership', [
    {
      must: 'on cgroup v1 the cgroup stays root’s, also with a user namespace',
      notHere: () => (isUnified() ? 'the host has cgroup v2' : undefined),
      test: async (c) => {
        withUserNamespace(c.spec);
        await c.created();
        assert.equal(statSync(cgroupFile(c, 'pids', 'cgroup.procs')).uid, 0);
      },
    },
  ]),
];
