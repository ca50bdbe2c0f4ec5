import assert from 'node:assert/strict';
import { succeeded, type Container } from '../support/Container.ts';
import { section } from '../support/row.ts';

async function featuresOf(c: Container): Promise<any> {
  return JSON.parse(succeeded(await c.call(['features'])).stdout);
}

const includes = (all: unknown, ...names: string[]) => {
  assert.ok(Array.isArray(all), `a list: ${String(all)}`);
  for (const name of names) assert.ok(all.includes(name), `${name} in ${all.join()}`);
};

/** features.md and features-linux.md. */
export const featureRows = [
  ...section('features.md#specification-version', [
    {
      must: 'ociVersionMin and ociVersionMax are the supported versions',
      test: async (c) => {
        const { ociVersionMin, ociVersionMax } = await featuresOf(c);
        for (const version of [ociVersionMin, ociVersionMax]) assert.match(version, /^\d+\.\d+\.\d+/);
      },
    },
  ]),
  ...section('features.md#hooks', [
    {
      must: 'hooks are all six kinds',
      test: async (c) => {
        const all = [
          'prestart',
          'createRuntime',
          'createContainer',
          'startContainer',
          'poststart',
          'poststop',
        ];
        includes((await featuresOf(c)).hooks, ...all);
      },
    },
  ]),
  ...section('features.md#mount-options', [
    {
      must: 'mountOptions are those that the runtime supports',
      test: async (c) =>
        includes(
          (await featuresOf(c)).mountOptions,
          'bind',
          'rbind',
          'ro',
          'rro',
          'nosuid',
          'rshared',
          'tmpcopyup',
        ),
    },
  ]),
  ...section('features-linux.md#namespaces', [
    {
      must: 'namespaces are all that the runtime supports',
      test: async (c) =>
        includes(
          (await featuresOf(c)).linux.namespaces,
          'cgroup',
          'ipc',
          'mount',
          'network',
          'pid',
          'user',
          'uts',
        ),
    },
  ]),
  ...section('features-linux.md#capabilities', [
    {
      must: 'capabilities are the kernel’s',
      test: async (c) =>
        includes((await featuresOf(c)).linux.capabilities, 'CAP_CHOWN', 'CAP_BPF', 'CAP_CHECKPOINT_RESTORE'),
    },
  ]),
  ...section('features-linux.md#cgroup', [
    {
      must: 'cgroup lists the supported versions and managers',
      test: async (c) => {
        const { v1, v2, systemd } = (await featuresOf(c)).linux.cgroup;
        for (const value of [v1, v2, systemd]) assert.equal(typeof value, 'boolean');
      },
    },
  ]),
  ...section('features-linux.md#seccomp', [
    {
      must: 'seccomp lists actions, operators and architectures',
      test: async (c) => {
        const { enabled, actions, operators, archs } = (await featuresOf(c)).linux.seccomp;
        assert.equal(enabled, true);
        includes(
          actions,
          'SCMP_ACT_ALLOW',
          'SCMP_ACT_ERRNO',
          'SCMP_ACT_KILL_PROCESS',
          'SCMP_ACT_LOG',
          'SCMP_ACT_NOTIFY',
        );
        includes(operators, 'SCMP_CMP_EQ', 'SCMP_CMP_MASKED_EQ');
        includes(archs, 'SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64');
      },
    },
  ]),
  ...(['apparmor', 'selinux', 'intelRdt'] as const).flatMap((name) =>
    section(`features-linux.md#${name.toLowerCase()}`, [
      {
        must: `${name} reports whether it is supported`,
        test: async (c) => assert.equal(typeof (await featuresOf(c)).linux[name].enabled, 'boolean'),
      },
    ]),
  ),
  ...section('features.md#annotations', [
    {
      must: 'annotations are strings by name',
      test: async (c) => {
        const { annotations } = await featuresOf(c);
        for (const value of Object.values(annotations ?? {})) assert.equal(typeof value, 'string');
      },
    },
  ]),
];
