/** The core's own effect kinds. */
import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { hostEffects } from '../../../hooks/hostEffects.ts';
import type { RuntimeProvider } from '../../../hooks/runtime.ts';
import type { Image } from '../../../hooks/image.ts';
import type { ContainerdClient } from '../../containerd/index.ts';
import type { FileWorkers } from '../../files/index.ts';
import type { ImageFiles } from '../../images/index.ts';
import type { ContainerIo } from '../../io/index.ts';
import type { NetworkNamespaces } from '../../netns/NetworkNamespaces.ts';
import type { ContainerStore } from '../../state/ContainerStore.ts';
import type { VolumeStore } from '../../volumes/VolumeStore.ts';
import { bindSourceEffect } from './bindSource.ts';
import { cgroupEffect } from './cgroup.ts';
import { checkpointEffect } from './checkpoint.ts';
import { cgroupOwnerEffect } from './cgroupOwner.ts';
import { containerEffect } from './container.ts';
import { rootKeyOf } from '../../contract/rootKey.ts';
import type { DeviceCgroups } from '../deviceCgroups.ts';
import type { RootDisks } from '../RootDisks.ts';
import { diskEffect, diskSizeEffect } from './disk.ts';
import { filesEffect } from './files.ts';
import { type HostEffectRecords, hostEffectKinds, type HostProcessRunner } from './host/index.ts';
import { idmapEffect } from './idmap.ts';
import { ioEffect } from './io.ts';
import { liveDeviceEffect } from './liveDevice.ts';
import { liveMountEffect } from './liveMount.ts';
import { limitsEffect } from './limits.ts';
import { netnsEffect } from './netns.ts';
import { rootEffect } from './root.ts';
import { snapshotEffect } from './snapshot.ts';
import { taskEffect } from './task.ts';
import { usernsEffect } from './userns.ts';
import { volumeEffect } from './volume.ts';

/** No plugin may take the place of these. */
export const coreKindNames = [
  'bind-source',
  'cgroup',
  'checkpoint',
  'cgroup-owner',
  'container',
  'disk',
  'disk-size',
  'files',
  'idmap',
  'io',
  'limits',
  'live-device',
  'live-mount',
  'mark',
  'netns',
  'root',
  'snapshot',
  'task',
  'userns',
  'volume',
];

/** Nor of those that plugins use by data. */
export const reservedKindNames: readonly string[] = [...coreKindNames, ...Object.keys(hostEffects)];

export interface EffectDeps {
  client: ContainerdClient;
  disks: RootDisks;
  files: FileWorkers;
  deviceCgroups: DeviceCgroups;
  hostRecords: HostEffectRecords;
  hostProcesses: HostProcessRunner;
  store: ContainerStore;
  io: ContainerIo;
  netns: NetworkNamespaces;
  volumes: VolumeStore;
  stateDirectory: string;
  /** See {@link bundlesOf}. */
  bundles: string | undefined;
  imageOf(id: string): Promise<Image>;
  filesOf(image: Image): ImageFiles;
  runtimeOf(name: string): RuntimeProvider;
  linkedEnv(record: ContainerRecord): Record<string, string>;
  /** Milliseconds that a runtime may take. */
  startTimeout(): number;
  onStreamsOpened(id: string): Promise<void>;
  /** The runtime did not delete a container in time and is killed. */
  onDeleteHung(id: string, deadlineMs: number): void;
}

export function coreEffectKinds(deps: EffectDeps): Map<string, EffectKind> {
  const recordOf = (id: string) => deps.store.get(id);
  const chainIdOf = async (id: string) => (await deps.imageOf(recordOf(id).draft.image.id)).chainId;
  const kinds = [
    bindSourceEffect({ ...deps, recordOf }),
    cgroupEffect(),
    checkpointEffect(deps.client, deps.files, (id) => deps.store.directoryOf(id)),
    cgroupOwnerEffect(),
    diskEffect(deps.disks, (id) => (deps.store.has(id) ? rootKeyOf(recordOf(id)) : id)),
    diskSizeEffect(deps.disks, (id) => rootKeyOf(recordOf(id))),
    containerEffect({
      client: deps.client,
      recordOf,
      runtimeOf: (name) => deps.runtimeOf(name),
      linkedEnv: (record) => deps.linkedEnv(record),
    }),
    filesEffect(recordOf, (id) => deps.store.directoryOf(id)),
    idmapEffect({ ...deps, recordOf }),
    ioEffect(deps.io, recordOf, (id) => deps.onStreamsOpened(id)),
    limitsEffect(deps.client, deps.deviceCgroups, recordOf),
    liveDeviceEffect(deps.files, deps.deviceCgroups, recordOf),
    liveMountEffect(deps.files, (id) => recordOf(id).name),
    netnsEffect(deps.netns),
    rootEffect({ ...deps, recordOf }),
    snapshotEffect(deps.client, deps.disks, chainIdOf),
    taskEffect({
      client: deps.client,
      files: deps.files,
      recordOf,
      runtimeOf: (name) => deps.runtimeOf(name),
      lookUp: async (image, lookups) => await deps.filesOf(await deps.imageOf(image)).lookUp(lookups),
      bundles: deps.bundles,
      startTimeout: () => deps.startTimeout(),
      onDeleteHung: (id, deadlineMs) => deps.onDeleteHung(id, deadlineMs),
    }),
    usernsEffect(),
    volumeEffect({ ...deps, recordOf }),
    ...hostEffectKinds({
      files: deps.files,
      records: deps.hostRecords,
      processes: deps.hostProcesses,
      cgroupOf: (id) => recordOf(id).draft.cgroupsPath,
      netnsOf: (id) => join(deps.stateDirectory, 'netns', id),
    }),
  ] as unknown as EffectKind[];
  return new Map(kinds.map((kind) => [kind.kind, kind]));
}
