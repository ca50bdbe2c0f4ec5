/** What the rest of the core uses of containerd. */
export { packRuncOptions } from './any.ts';
export { ContainerdClient, type ClientOptions } from './client.ts';
export type { Any, ContainerRecord, NewContainer } from './containers.ts';
export type { BlobSource, BlobToWrite, ContentInfo, Ingest, IngestStatus, Range } from './content.ts';
export type { ContentWriter } from './content-writer.ts';
export type { Descriptor, NewDiff } from './diff.ts';
export type { ContainerdEvent, OtherEvent, TaskEvent, TaskEventType } from './event.ts';
export { contentRefs, expiryLabel, rootLabel, snapshotRef } from './gc-labels.ts';
export type { Image, NewImage } from './images.ts';
export type { Plugin, ServerInfo } from './introspection.ts';
export { ifFound, isContainerdError } from './is-error.ts';
export type { Lease, LeaseResource, NewLease } from './leases.ts';
export { readMetric } from './metrics.ts';
export { saysEnded } from './says-ended.ts';
export type { Namespace } from './namespaces.ts';
export type { CallOptions } from './rpc.ts';
export { SnapshotKind, type Mount, type SnapshotInfo, type SnapshotUsage } from './snapshots.ts';
export {
  TaskStatus,
  type ExitStatus,
  type NewExec,
  type NewTask,
  type TaskIo,
  type TaskMetric,
  type TaskProcess,
} from './tasks.ts';
export type { Version } from './version.ts';
export { connectExternal } from './external.ts';
export { ManagedContainerd, type ManagedContainerdOptions } from './managed.ts';
