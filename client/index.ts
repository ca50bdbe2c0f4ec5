/// <reference types="node" preserve="true" />
/**
 * The typed client of pouchd's HTTP API: `import { Client } from 'pouch/client'`.
 * @module pouch/client
 */
export { defaultHost, parseAddress } from './address.ts';
export type { AgentApply, AgentCalls, AgentRollbackOptions } from './AgentCalls.ts';
export { Client } from './Client.ts';
export type { ClientOptions } from './Client.ts';
export type { CheckpointCalls } from './CheckpointCalls.ts';
export type { AttachStreams, ContainerCalls, LogOptions, StopOptions } from './ContainerCalls.ts';
export type { CopyCalls, ExtractQuery } from './CopyCalls.ts';
export { Demultiplexer } from './Demultiplexer.ts';
export type { Frame, StreamName } from './Demultiplexer.ts';
export { ClientError, errorFromBody } from './errors.ts';
export type { ExecCalls } from './ExecCalls.ts';
export type { ExtensionCalls } from './ExtensionCalls.ts';
export type { BuildCalls, BuildRequest } from './BuildCalls.ts';
export type { ImageCalls, ImportOptions, ProgressStream, PullOptions } from './ImageCalls.ts';
export type { PluginCalls } from './PluginCalls.ts';
export type { PouchCalls } from './PouchCalls.ts';
export type { Filters } from './query.ts';
export type { Security, TlsFiles } from './security.ts';
export type { ServiceCalls } from './ServiceCalls.ts';
export type { SnapshotCalls } from './SnapshotCalls.ts';
export type { SystemCalls } from './SystemCalls.ts';
export type { Hijacked } from './Transport.ts';
export type { VolumeCalls } from './VolumeCalls.ts';
export type * from './wire.ts';
export { limitEntries } from './wire/limits.ts';
