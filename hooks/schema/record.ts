/** JSON Schema of a container as the store holds it. */
import { Type } from '@sinclair/typebox';
import type { ContainerRecord, ContainerState, Damage, NetworkAttachment } from '../engine.ts';
import type { BlameEntry, Degradation } from '../plan.ts';
import { closed, describes, flag, integer, map, may, text, texts, word } from './describes.ts';
import { containerDraft } from './draft.ts';
import { containerRequest } from './request.ts';

const state = describes<ContainerState>()(
  closed({
    status: word('created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'),
    pid: Type.Integer({ description: 'Host pid of PID 1; 0 when it does not run.' }),
    exitCode: integer,
    oomKilled: flag,
    error: text,
    startedAt: text,
    finishedAt: text,
  }),
);

export const degradation = describes<Degradation>()(closed({ plugin: text, hook: text, message: text }));

export const blame = describes<BlameEntry>()(
  closed({
    field: text,
    plugin: text,
    hook: text,
    action: word('set', 'changed', 'removed'),
    before: may(Type.Unknown()),
    after: may(Type.Unknown()),
    origin: may(text),
    ms: Type.Number(),
  }),
);

const damage = describes<Damage>()(
  closed(
    { path: text, problem: text, hint: text, usesUnknown: flag },
    { description: 'Set on the stand-in of a container whose record cannot be used.' },
  ),
);

const attachedPort = Type.Object({ containerPort: integer, protocol: text, hostIp: text, hostPort: integer });

/** A plugin may add fields. */
export const networkAttachment = describes<NetworkAttachment>()(
  Type.Object({
    network: text,
    interface: text,
    mac: may(text),
    ip: may(text),
    prefixLength: may(integer),
    gateway: may(text),
    ports: Type.Array(attachedPort),
    cni: may(Type.Unsafe<object>(Type.Object({}))),
  }),
);

export const recordFields = describes<ContainerRecord>()(
  closed(
    {
      id: text,
      name: text,
      createdAt: text,
      request: containerRequest,
      draft: containerDraft,
      state,
      restartCount: integer,
      stoppedByUser: flag,
      degraded: Type.Array(degradation),
      warnings: texts,
      updates: may(Type.Array(blame)),
      attachments: map(Type.Unknown(), 'What the start-stage effects answered, by effect key.'),
      damage: may(damage),
      paths: closed({ directory: text, log: text, hosts: text, hostname: text, resolvConf: text }),
    },
    { title: 'ContainerRecord' },
  ),
);

export const containerRecord = Type.Unsafe<ContainerRecord>(recordFields);
