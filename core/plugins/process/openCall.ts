/** A request to the process of a plugin, until its reply. */
import { AsyncResource } from 'node:async_hooks';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { PouchError } from '../../../hooks/errors.ts';
import type { ProcessReply, ProcessRequest } from '../../../hooks/processProtocol.ts';
import { Deferred } from '../../wait/Deferred.ts';
import { processError } from './PluginProcess.ts';

/** Milliseconds after its deadline in which a request still has to be replied to; else the process counts as hung. */
export const graceMs = 500;

/** What a plugin may call, by name. */
export type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** What a request needs of its caller. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline. */
  readonly timeoutMs: number;
  /** For what the plugin logs meanwhile; that of the plugin if missing. */
  readonly log?: Logger;
  /** What the plugin may call meanwhile, beside services. */
  readonly methods?: Methods;
  /** It is not sent to another process when this one ends because of another request. */
  readonly isOnce?: boolean;
  /** It waits while the process owes replies to cancelled requests, and may be killed for them. */
  readonly isAfterOverdue?: boolean;
  /** Its result has what JSON lacks: bytes, streams. */
  readonly isDecoded?: boolean;
  /** Whether a call of one of `methods` comes at a pace that pouchd sets: it does not count as a flood. */
  readonly isAwaited?: (method: string) => boolean;
}

/** Requests that have a reply. */
type Request = Extract<
  ProcessRequest,
  {
    type:
      | 'describe'
      | 'check'
      | 'setup'
      | 'hook'
      | 'effect'
      | 'runtime'
      | 'volume'
      | 'network'
      | 'logs'
      | 'image'
      | 'page'
      | 'verb'
      | 'route'
      | 'doctor'
      | 'service'
      | 'invoke'
      | 'dispose';
  }
>;
type Unnumbered<Of> = Of extends unknown ? Omit<Of, 'id'> : never;
export type NewRequest = Unnumbered<Request>;

/** A request without a reply. */
export interface OpenCall {
  readonly request: Request;
  readonly options: CallOptions;
  readonly reply: Deferred<ProcessReply>;
  /** When the process counts as hung without a reply, by performance.now(). */
  readonly dueBy: number;
  /** Runs what the plugin calls as part of the same operation. */
  readonly within: <T>(run: () => T) => T;
  /** Resolves when it has its reply, or its process has ended. */
  readonly closed: Deferred<void>;
  /** Ends its timer and its listener. */
  close?(): void;
}

export function openCall(id: number, request: NewRequest, options: CallOptions): OpenCall {
  return {
    request: { id, ...request },
    options,
    reply: new Deferred(),
    closed: new Deferred(),
    dueBy: performance.now() + options.timeoutMs + graceMs,
    within: inThisContext(),
  };
}

/** AsyncLocalStorage.snapshot() does the same, and takes 25 µs for it in Node 20. */
function inThisContext(): OpenCall['within'] {
  const resource = new AsyncResource('pouch.call');
  return (run) => resource.runInAsyncScope(run);
}

/** Why its process is killed. */
export function hung({ request, options: { timeoutMs } }: OpenCall): PouchError {
  return processError(
    `its process was killed: it had not replied to ${nameOf(request)} ${graceMs} ms after the deadline of ${timeoutMs} ms`,
  );
}

function nameOf(request: Request): string {
  if (request.type === 'hook') return request.point;
  if (request.type === 'network') return `${request.action} of the network driver ${request.driver}`;
  if (request.type === 'runtime') return `${request.action} of the runtime ${request.runtime}`;
  if (request.type === 'volume') return `${request.action} of the volume driver ${request.driver}`;
  if (request.type === 'logs') return `${request.action} of the log driver ${request.driver}`;
  if (request.type === 'image') return `${request.action} of the image source ${request.source}`;
  if (request.type === 'page') return `the page ${request.page}`;
  if (request.type === 'verb') return `the verb ${request.verb}`;
  if (request.type === 'route') return `${request.method} ${request.path}`;
  if (request.type === 'service') return `${request.method} of the service ${request.service}`;
  if (request.type === 'doctor') return `the doctor check ${request.check}`;
  return request.type === 'effect' ? `${request.action} of ${request.kind}` : request.type;
}
