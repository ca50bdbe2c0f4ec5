/** The client of containerd, and the management of a private one. */
export { packRuncOptions } from './rpc/any.ts';
export { ContainerdClient, type ClientOptions } from './ContainerdClient.ts';
export type { Any, ContainerRecord, NewContainer } from './api/ContainersClient.ts';
export type {
  BlobSource,
  BlobToWrite,
  ContentInfo,
  Ingest,
  IngestStatus,
  Range,
} from './api/ContentClient.ts';
export type { ContentWriter } from './api/ContentWriter.ts';
export type { Descriptor, NewDiff } from './api/DiffClient.ts';
export type { ContainerdEvent, OtherEvent, TaskEvent, TaskEventType } from './api/event.ts';
export { contentRefs, expiryLabel, rootLabel, snapshotRef } from './api/gcLabels.ts';
export type { Image, NewImage } from './api/ImagesClient.ts';
export type { Plugin, ServerInfo } from './api/IntrospectionClient.ts';
export { ifFound, ignoreGone, isProcessGone } from './rpc/gone.ts';
export type { Lease, LeaseResource, NewLease } from './api/LeasesClient.ts';
export { readMetric } from './api/metrics.ts';
export type { Namespace } from './api/NamespacesClient.ts';
export type { CallOptions } from './rpc/Rpc.ts';
export { SnapshotKind, type Mount, type SnapshotInfo, type SnapshotUsage } from './api/SnapshotsClient.ts';
export {
  TaskStatus,
  type ExitStatus,
  type NewExec,
  type NewTask,
  type TaskIo,
  type TaskMetric,
  type TaskProcess,
} from './api/TasksClient.ts';
export type { Version } from './api/VersionClient.ts';
export { connectExternal } from './daemon/external.ts';
export { ManagedContainerd, type ManagedContainerdOptions } from './daemon/ManagedContainerd.ts';
