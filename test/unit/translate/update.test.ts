import assert from 'node:assert/strict';
import type { ContainerUpdateRequest } from '../../../client/wire.ts';
import { toUpdateRequest } from '../../../translate/update.ts';

const mib = 2 ** 20;

describe('the body of an update', () => {
  it('of Docker’s CLI, in which 0 and a missing policy mean unchanged', () => {
    const body = {
      Memory: 64 * mib,
      CpuShares: 0,
      NanoCpus: 0,
      CpusetCpus: '',
      PidsLimit: null,
      MemorySwappiness: null,
      OomKillDisable: null,
      RestartPolicy: { Name: '' },
    };
    assert.deepEqual(toUpdateRequest(body).request, { resources: { memory: 64 * mib } });
    assert.deepEqual(toUpdateRequest({}).request, {});
  });

  it('may set only swap: the memory limit is then the container’s', () => {
    assert.deepEqual(toUpdateRequest({ MemorySwap: 64 * mib }).request.resources, { memorySwap: 64 * mib });
  });

  it('removes the limit of processes with 0 and -1', () => {
    for (const PidsLimit of [0, -1])
      assert.deepEqual(toUpdateRequest({ PidsLimit }).request.resources, { pids: -1 });
  });

  it('has the new size of the disk', () => {
    assert.deepEqual(toUpdateRequest({ StorageOpt: { size: '64m' } }).request, { diskQuota: 64 * mib });
    assert.throws(() => toUpdateRequest({ StorageOpt: { other: '1' } }), { code: 'PCH_OPTION_INVALID' });
  });

  it('has a restart policy', () => {
    const RestartPolicy = { Name: 'on-failure', MaximumRetryCount: 3 };
    assert.deepEqual(toUpdateRequest({ RestartPolicy }).request, {
      restart: { name: 'on-failure', maximumRetryCount: 3 },
    });
  });

  it('warns of limits that have no effect', () => {
    const body = {
      KernelMemory: 64 * mib,
      KernelMemoryTCP: 5,
      CpuRealtimePeriod: 0,
    } as ContainerUpdateRequest;
    assert.deepEqual(toUpdateRequest(body).warnings, [
      'Specifying a kernel memory limit is deprecated. Limitation discarded.',
      'KernelMemoryTCP is not supported and has no effect',
    ]);
  });

  it('changes variables, labels and annotations, and removes them', () => {
    const body = { Env: ['A=b=c', 'B'], Label: ['k=v', 'gone'], SpecAnnotation: { x: 'y', z: null } };
    assert.deepEqual(toUpdateRequest(body).request, {
      env: { A: 'b=c', B: undefined },
      labels: { k: 'v', gone: undefined },
      annotations: { x: 'y', z: undefined },
    });
    assert.deepEqual(toUpdateRequest({ Env: [], Label: null, SpecAnnotation: {} }).request, {});
  });

  const wrong: [string, ContainerUpdateRequest, RegExp][] = [
    ['too little memory', { Memory: 1024 }, /at least 6 MiB/],
    ['swap below -1', { MemorySwap: -2 }, /-1 for unlimited/],
    ['a weight out of range', { BlkioWeight: 5 }, /10 to 1000/],
    ['a period out of range', { CpuPeriod: 5 }, /1000 to 1000000/],
    ['both forms of CPU limits', { NanoCpus: 1e9, CpuQuota: 5000 }, /either/],
    ['a variable without a name', { Env: ['=x'] }, /NAME=VALUE/],
    ['a label without a key', { Label: ['=x'] }, /KEY=VALUE/],
    ['too little kernel memory', { KernelMemory: 5 } as ContainerUpdateRequest, /at least 6 MiB/],
    ['an unknown policy', { RestartPolicy: { Name: 'maybe' } }, /no, always/],
  ];
  for (const [what, body, message] of wrong)
    it(`with ${what} is refused`, () => {
      assert.throws(() => toUpdateRequest(body), { code: 'PCH_OPTION_INVALID', message });
    });
});
