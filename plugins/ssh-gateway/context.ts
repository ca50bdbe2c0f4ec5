/** What the channels of a connection know of it. */
import type { ContainerRecord, Engine, Logger } from '../../hooks/index.ts';
import type { AuditEntry, AuditLog } from './AuditLog.ts';
import type { Library } from './library.ts';
import type { LiveExecs } from './LiveExecs.ts';
import type { Action, GatewayOptions } from './options.ts';
import type { RateLimiter } from './RateLimiter.ts';

/** What all connections share. */
export interface Shared {
  engine: Engine;
  options: GatewayOptions;
  log: Logger;
  audit: AuditLog;
  execs: LiveExecs;
  failures: RateLimiter;
  library: Library;
}

/** Whom a connection is logged in as. */
export interface Login {
  key: Buffer;
  who: string;
  /** Full id: the container's name may become another one's. */
  containerId: string;
  user: string;
}

/** What a channel has moved. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

/** A connection, for its channels. */
export interface ChannelOwner {
  readonly shared: Shared;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** Data of the client, or for it. */
  touch(): void;
  /** Counts a channel until its work has ended. */
  track(work: Promise<void>): void;
  /**
   * Returns the login and its container if it may do that now: rights, labels and names may have changed since.
   * @throws Error for the client
   */
  permitted(action: Action): { login: Login; record: ContainerRecord };
  /** Writes an entry, and an event. @throws Error if it cannot be written */
  audit(entry: Omit<AuditEntry, 'client'>, record?: ContainerRecord): void;
}
