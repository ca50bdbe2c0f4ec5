import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerDraft } from '../../../../hooks/index.ts';
import type { KataConfig } from '../../../../plugins/runtime-kata/config/load.ts';
import { refusalsOf } from '../../../../plugins/runtime-kata/refusals/index.ts';
import { inProcessFiles } from '../../core/files/inProcessFiles.ts';
import { draftWith } from './support/draft.ts';

const qemu: KataConfig = {
  path: '/etc/k.toml',
  hypervisorName: 'qemu',
  hypervisor: { enable_annotations: [] },
  runtime: { disable_guest_seccomp: true },
};

describe('refusals of kata', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kata-volumes-'));
    await writeFile(join(dir, 'file'), '');
  });
  after(() => rm(dir, { recursive: true }));

  async function refused(fields: Partial<ContainerDraft>, config = qemu): Promise<string[]> {
    const draft = draftWith(fields);
    const options = { annotations: draft.annotations, major: 3, files: inProcessFiles() };
    return (await refusalsOf(draft, config, options)).map(({ what }) => what);
  }

  const device = (type: 'b' | 'c') => ({ type, major: 8, minor: 0, access: 'rwm' });
  const bind = (source: string) => ({ '/x': { type: 'bind', source, options: ['rbind'] } });
  const of = (source: string) => [`a mount of ${source} on /x`];

  it('do not affect a plain container', async () => {
    assert.deepEqual(await refused({}), []);
  });

  it('include devices except disks and VFIO groups', async () => {
    assert.deepEqual(await refused({ devices: { '/dev/sda': device('b'), '/dev/vfio/7': device('c') } }), []);
    assert.deepEqual(await refused({ devices: { '/dev/fuse': device('c') } }), ['`devices` /dev/fuse']);
    const without = { ...qemu, hypervisor: { disable_block_device_use: true } };
    assert.deepEqual(await refused({ devices: { '/dev/sda': device('b') } }, without), [
      '`devices` /dev/sda',
    ]);
  });

  it('do not include volumes of files and directories', async () => {
    for (const source of [dir, join(dir, 'file'), join(dir, 'not-there-yet')])
      assert.deepEqual(await refused({ mounts: bind(source) }), []);
  });

  it('include volumes below /proc, /sys and /dev', async () => {
    for (const source of ['/proc', '/proc/sys', '/sys/fs/cgroup', '/dev', '/dev/null'])
      assert.deepEqual(await refused({ mounts: bind(source) }), of(source));
    assert.deepEqual(await refused({ mounts: bind('/process') }), []);
  });

  it('include all volumes where no files are shared', async () => {
    const firecracker = { ...qemu, hypervisorName: 'firecracker' };
    assert.deepEqual(await refused({ mounts: bind(dir) }, firecracker), of(dir));
    const off = { ...qemu, hypervisor: { shared_fs: 'none' } };
    assert.deepEqual(await refused({ mounts: bind(dir) }, off), of(dir));
  });

  it('include a /dev/shm of another size', async () => {
    const shm = (size: string) => ({
      '/dev/shm': { type: 'tmpfs', source: 'shm', options: [`size=${size}`] },
    });
    assert.deepEqual(await refused({ mounts: shm('67108864') }), []);
    assert.deepEqual(await refused({ mounts: shm('1024') }), ['`shmSize` (or shmSize of pouchd.yaml)']);
  });

  it('include a limit of processes', async () => {
    assert.deepEqual(await refused({ resources: { pids: { limit: 5 } } }), ['`resources.pids`']);
    assert.deepEqual(await refused({ resources: { pids: { limit: -1 } } }), []);
  });

  it('include a seccomp profile that would not apply in the VM', async () => {
    const seccomp = { defaultAction: 'SCMP_ACT_ALLOW' };
    assert.deepEqual(await refused({ seccomp }), ['`securityOpt` seccomp']);
    const annotations = { 'io.katacontainers.config.runtime.disable_guest_seccomp': 'false' };
    assert.deepEqual(await refused({ seccomp, annotations }), []);
    assert.deepEqual(await refused({ seccomp }, { ...qemu, runtime: {} }), []);
  });

  it('include OCI hooks that kata would not run', async () => {
    const hook = (kind: string) => ({ mine: { kind, path: '/bin/true' } });
    assert.deepEqual(await refused({ ociHooks: hook('prestart') }), []);
    assert.deepEqual(await refused({ ociHooks: hook('createContainer') }), [
      'the createContainer hook /bin/true',
    ]);
  });
});
