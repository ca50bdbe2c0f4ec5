import assert from 'node:assert/strict';
import type { ImageBuild } from '../../../../hooks/index.ts';
import { buildArguments } from '../../../../plugins/build-buildah/arguments.ts';

const network = {
  namespace: '/netns/1',
  nameservers: ['10.0.0.1'],
  search: ['lan'],
  options: ['ndots:2'],
  hosts: { db: '10.0.0.2' },
};

const build: ImageBuild = {
  context: '/builds/1/context',
  dockerfile: '/builds/1/Dockerfile',
  bases: [],
  buildArgs: {},
  labels: {},
  secrets: {},
  noCache: false,
  auth: {},
  startNetwork: () => Promise.resolve(network),
  extraHosts: {},
  limits: {},
};

function argumentsOf(changes: Partial<ImageBuild> = {}): string {
  const storage = { policy: '/p', empty: '/empty', runtimeState: '/state' };
  const options = {
    idFile: '/id',
    runtime: '/usr/bin/runc',
    seccompProfile: '/s.json',
    cgroup: '/pouch/build-1',
    storage,
    network,
  };
  return buildArguments({ ...build, ...changes }, options).join(' ');
}

describe('the command line of buildah', () => {
  it('confines RUN, and never pulls', () => {
    const line = argumentsOf();
    for (const part of [
      '--pull-never',
      '--isolation oci --runtime /usr/bin/runc --runtime-flag root=/state',
      '--security-opt seccomp=/s.json',
      '--cgroup-parent /pouch/build-1',
      '--volume /empty:/sys/fs/cgroup:ro',
      '--network /netns/1 --dns 10.0.0.1 --dns-search lan --dns-option ndots:2 --add-host db:10.0.0.2',
    ])
      assert.ok(line.includes(part), part);
    assert.ok(line.endsWith('--file /builds/1/Dockerfile -- /builds/1/context'));
  });

  it('has what was asked for', () => {
    const line = argumentsOf({
      noCache: true,
      target: 'one',
      platform: 'linux/arm64',
      buildArgs: { A: 'b c' },
      labels: { l: '' },
      secrets: { s: '/builds/1/secret-0' },
      limits: { memory: 1024, memorySwap: -1, ulimits: [{ name: 'nofile', soft: 1, hard: 2 }] },
    });
    for (const part of [
      '--no-cache --target one --platform linux/arm64 --build-arg A=b c --label l=',
      '--secret id=s,src=/builds/1/secret-0',
      '--memory 1024 --memory-swap -1 --ulimit nofile=1:2',
    ])
      assert.ok(line.includes(part), part);
  });
});
