/** The typed client of pouchd's HTTP API: `import { Client } from 'pouch/client'`. */
export { defaultHost, parseAddress } from './address.ts';
export { Client } from './client.ts';
export type { ClientOptions } from './client.ts';
export type { AttachStreams, LogOptions, StopOptions } from './containers.ts';
export { Demultiplexer } from './demultiplex.ts';
export type { Frame, StreamName } from './demultiplex.ts';
export { ClientError, errorFromBody } from './errors.ts';
export type { ProgressStream, PullOptions } from './images.ts';
export type { Filters } from './query.ts';
export type { Security, TlsFiles } from './security.ts';
export type { Hijacked } from './transport.ts';
export type * from './wire.ts';
