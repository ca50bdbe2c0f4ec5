import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { closed, describes, integer, text, texts } from '../schema/describes.ts';

/** A daemon that serves. */
export interface DaemonReady {
  version: string;
  /** URLs of the addresses that it listens on. */
  listen: string[];
  /** Containers that it found again. */
  containers: number;
}

const ready = describes<DaemonReady>()(
  closed({ version: text, listen: texts, containers: integer }, { title: 'DaemonReady' }),
);

/** A daemon that ends; the containers go on. */
export interface DaemonShutdown {
  /** `SIGTERM`, `SIGINT`, or a sentence. */
  reason: string;
}

const shutdown = describes<DaemonShutdown>()(
  closed(
    { reason: Type.String({ description: 'A signal’s name, or a sentence.' }) },
    { title: 'DaemonShutdown' },
  ),
);

export const daemon = Object.freeze({
  ready: defineHook<DaemonReady>()({
    name: 'daemon.ready',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The daemon has found its containers again and serves.',
    input: ready,
  }),
  shutdown: defineHook<DaemonShutdown>()({
    name: 'daemon.shutdown',
    kind: 'observe',
    deadlineMs: 5_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The daemon is about to end and takes no new requests; containers go on.',
    input: shutdown,
  }),
});
