import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import type { PouchConfig } from '../../../../config/types.ts';
import { kindOf } from '../../../../core/files/index.ts';
import { networkFacts, standardNetwork } from '../../../../core/networks/NetworkDrivers.ts';
import { newDraft } from '../../../../core/plan/newDraft.ts';
import { applyRequest } from '../../../../core/plan/request/applyRequest.ts';
import type { ContainerDraft } from '../../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import type { FileFacts } from '../../../../hooks/files.ts';
import type { ImageConfig } from '../../../../hooks/image.ts';
import type { ContainerRequest, VolumeRequest } from '../../../../hooks/request.ts';

export const containerId = 'ab'.repeat(32);

export const planConfig = {
  cgroupParent: '/pouch',
  shmSize: 64 << 20,
  stopTimeout: 10_000,
  defaultUlimits: {},
  containerLogs: { maxSize: 0, maxFile: 1 },
  network: { default: 'bridge' },
  runtime: { cgroupDriver: 'cgroupfs' },
} as unknown as PouchConfig;

/** Without a file worker. */
export function lookHere(path: string): Promise<FileFacts | undefined> {
  const found = statSync(path, { throwIfNoEntry: false });
  return Promise.resolve(found && { ...found, path, kind: kindOf(found) });
}

/** A draft as it is before anybody has said anything. */
export function emptyDraft(image: ImageConfig['config'] = {}): ContainerDraft {
  return newDraft(
    { id: containerId, name: 'box' },
    {
      reference: 'docker.io/library/busybox:latest',
      id: `sha256:${'cd'.repeat(32)}`,
      config: { config: image } as ImageConfig,
      stat: (path) => Promise.resolve(path === '/a' ? { path, kind: 'directory', mode: 0o755 } : undefined),
    },
    planConfig,
  );
}

/** The draft with a request laid over it. */
export async function requested(
  request: Partial<ContainerRequest>,
  image: ImageConfig['config'] = {},
  vms: Record<string, ContainerRecord> = {},
  host: { obstacle?: string; noQuota?: string; unmappable?: string[]; mountinfo?: string } = {},
  held: Record<string, VolumeRequest[]> = {},
): Promise<ContainerDraft> {
  const draft = emptyDraft(image);
  await applyRequest(
    draft,
    { image: 'busybox', ...request },
    {
      containerId: (ref) => `id-of-${ref}`,
      volumesOf: (ref) => held[ref] ?? assert.fail(`no container ${ref}`),
      networkNames: (id) => ({
        hostname: `host-of-${id}`,
        domainname: '',
        files: { '/etc/hosts': `/files/of/${id}` },
      }),
      vmOwnerOf: (ref) => vms[ref] ?? assert.fail(`no VM ${ref}`),
      volumePath: (name) => `/root/volumes/${name}/_data`,
      volumeOf: () => Promise.resolve(undefined),
      networkOf: (name) =>
        ['bridge', 'none', 'host'].includes(name)
          ? standardNetwork(name)
          : networkFacts(name, { contributions: [] }, {}),
      root: '/root',
      look: lookHere,
      checkResponds: () => Promise.resolve(),
      mountinfo: () => host.mountinfo ?? '',
      cgroupDriver: () => 'cgroupfs',
      usernsObstacle: () => Promise.resolve(host.obstacle),
      diskQuotaObstacle: () => Promise.resolve(host.noQuota),
      unmappable: (path) =>
        Promise.resolve(host.unmappable?.includes(path) ? `${path} is on nfs4` : undefined),
      userns: () => ({ default: 'host', rich: 'prefer-auto', range: { first: 100_000, last: 300_000 } }),
      freeIds: (_id, size) => ({ containerID: 0, hostID: 100_000, size }),
    },
  );
  return draft;
}
