import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { closed, describes, integer, text, texts } from '../schema/describes.ts';

/** A daemon that serves. */
export interface DaemonStarted {
  version: string;
  /** URLs of the addresses that it listens on. */
  listen: string[];
  /** Containers that it found again. */
  containers: number;
}

const ready = describes<DaemonStarted>()(
  closed({ version: text, listen: texts, containers: integer }, { title: 'DaemonStarted' }),
);

/** A daemon that ends; the containers go on. */
export interface DaemonEnding {
  /** `SIGTERM`, `SIGINT`, or a sentence. */
  reason: string;
}

const shutdown = describes<DaemonEnding>()(
  closed(
    { reason: Type.String({ description: 'A signal’s name, or a sentence.' }) },
    { title: 'DaemonEnding' },
  ),
);

export const daemon = Object.freeze({
  ready: defineHook<DaemonStarted>()({
    name: 'daemon.ready',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The daemon has found its containers again and serves.',
    input: ready,
  }),
  shutdown: defineHook<DaemonEnding>()({
    name: 'daemon.shutdown',
    kind: 'observe',
    deadlineMs: 5_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'The daemon is about to end and takes no new requests; containers go on.',
    input: shutdown,
  }),
});
