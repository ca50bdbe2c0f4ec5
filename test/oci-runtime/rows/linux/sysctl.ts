import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { withoutNamespace } from '../../support/edit.ts';
import { section } from '../../support/row.ts';
import { see } from '../../support/see.ts';

/** config-linux.md, Sysctl. */
export const sysctlRows = section('config-linux.md#sysctl', [
  {
    must: 'a parameter of the network namespace is set, in the container only',
    spec: ({ linux }) => (linux.sysctl = { 'net.core.somaxconn': '257' }),
    test: async (c) => {
      assert.equal(await see(c, 'cat /proc/sys/net/core/somaxconn'), '257');
      assert.notEqual(readFileSync('/proc/sys/net/core/somaxconn', 'utf8').trim(), '257');
    },
  },
  {
    must: 'a parameter of the ipc namespace is set',
    spec: ({ linux }) => (linux.sysctl = { 'kernel.shm_rmid_forced': '1', 'fs.mqueue.msg_max': '11' }),
    sh: 'cat /proc/sys/kernel/shm_rmid_forced /proc/sys/fs/mqueue/msg_max',
    prints: '1\n11',
  },
  {
    must: 'a parameter with several numbers is set',
    spec: ({ linux }) =>
      (linux.sysctl = { 'net.ipv4.ip_local_port_range': '2000 3000', 'kernel.sem': '500 64000 64 256' }),
    sh: 'cat /proc/sys/net/ipv4/ip_local_port_range /proc/sys/kernel/sem',
    prints: '2000\t3000\n500\t64000\t64\t256',
  },
  {
    must: 'parameters are set even if /proc/sys is read-only',
    spec: ({ linux }) => {
      linux.sysctl = { 'net.ipv4.ip_forward': '1' };
      linux.readonlyPaths = ['/proc/sys'];
    },
    sh: 'cat /proc/sys/net/ipv4/ip_forward',
    prints: '1',
  },
  {
    must: 'a network parameter without the container’s own network namespace is refused',
    spec: (spec) => {
      withoutNamespace(spec, 'network');
      spec.linux.sysctl = { 'net.core.somaxconn': '257' };
    },
    refused: /sysctl|namespace/i,
  },
  {
    must: 'an ipc parameter without the container’s own ipc namespace is refused',
    spec: (spec) => {
      withoutNamespace(spec, 'ipc');
      spec.linux.sysctl = { 'kernel.shm_rmid_forced': '1' };
    },
    refused: /sysctl|namespace/i,
  },
  {
    must: 'a parameter outside of namespaces is refused, since it would be the host’s',
    spec: ({ linux }) =>
      (linux.sysctl = { 'vm.swappiness': readFileSync('/proc/sys/vm/swappiness', 'utf8').trim() }),
    refused: /sysctl|namespace/i,
  },
  {
    must: 'an unknown parameter is an error',
    spec: ({ linux }) => (linux.sysctl = { 'net.core.coffee': '1' }),
    refused: /sysctl|no such file|coffee/i,
  },
  {
    must: 'a value that the kernel rejects is an error',
    spec: ({ linux }) => (linux.sysctl = { 'net.core.somaxconn': 'many' }),
    refused: /sysctl|invalid argument|somaxconn/i,
  },
]);
