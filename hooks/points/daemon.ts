import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { defineHook } from '../defineHook.ts';
import { closed, text, texts } from '../schema.ts';

/** A daemon that serves. */
export const DaemonStarted = closed(
  {
    version: text,
    listen: Type.Array(text, { description: 'URLs that it listens on.' }),
    containers: Type.Integer({ description: 'Number of containers.' }),
  },
  { title: 'DaemonStarted' },
);
export type DaemonStarted = Static<typeof DaemonStarted>;

/** A daemon that has read its configuration again. */
export const DaemonReloaded = closed(
  {
    generation: Type.Integer({
      description: 'Number of the plugin generation that now serves; 1 at the start.',
    }),
    active: Type.Array(text, { description: 'Names of the plugins in it.' }),
    quarantined: texts,
  },
  { title: 'DaemonReloaded' },
);
export type DaemonReloaded = Static<typeof DaemonReloaded>;

/** A daemon that ends; containers continue. */
export const DaemonEnding = closed(
  { reason: Type.String({ description: 'A signal’s name, or a sentence.' }) },
  { title: 'DaemonEnding' },
);
export type DaemonEnding = Static<typeof DaemonEnding>;

export const daemon = Object.freeze({
  ready: defineHook<DaemonStarted>()({
    name: 'daemon.ready',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs once pouchd has recovered its containers and serves.',
    input: DaemonStarted,
  }),
  reload: defineHook<DaemonReloaded>()({
    name: 'daemon.reload',
    kind: 'observe',
    deadlineMs: 10_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs in the new plugin generation after a reload of the configuration. Does not run if the configuration is invalid: then nothing changes.',
    input: DaemonReloaded,
  }),
  shutdown: defineHook<DaemonEnding>()({
    name: 'daemon.shutdown',
    kind: 'observe',
    deadlineMs: 5_000,
    onError: 'skip',
    since: '0.1.0',
    doc: 'Runs when pouchd is about to end and takes no new requests; containers continue.',
    input: DaemonEnding,
  }),
});
