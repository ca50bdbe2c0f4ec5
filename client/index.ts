/// <reference types="node" preserve="true" />
/** The typed client of pouchd's HTTP API: `import { Client } from 'pouch/client'`. */
export { defaultHost, parseAddress } from './address.ts';
export { Client } from './Client.ts';
export type { ClientOptions } from './Client.ts';
export type { AttachStreams, LogOptions, StopOptions } from './ContainerCalls.ts';
export { Demultiplexer } from './Demultiplexer.ts';
export type { Frame, StreamName } from './Demultiplexer.ts';
export { ClientError, errorFromBody } from './errors.ts';
export type { ProgressStream, PullOptions } from './ImageCalls.ts';
export type { Filters } from './query.ts';
export type { Security, TlsFiles } from './security.ts';
export type { Hijacked } from './Transport.ts';
export type * from './wire.ts';
export { limitEntries } from './wire/limits.ts';
