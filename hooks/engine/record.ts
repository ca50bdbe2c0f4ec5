import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { ContainerDraft, Ending } from '../draft.ts';
import { HealthState } from '../healthcheck.ts';
import { BlameEntry, Degradation } from '../plan.ts';
import { BootReadiness } from '../readiness.ts';
import { ContainerRequest } from '../request.ts';
import { closed, flag, integer, map, may, says, text, texts, word } from '../schema.ts';

const ContainerState = closed({
  status: word('created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'),
  pid: Type.Integer({ description: 'Host pid of PID 1; 0 if it does not run.' }),
  exitCode: integer,
  ending: may(Ending),
  unseenEnd: may(
    Type.Boolean({ description: 'Its end was not seen: the host went down, or its task was lost.' }),
  ),
  readiness: may(BootReadiness),
  health: may(HealthState),
  oomKilled: flag,
  error: says('Why the last start failed; empty otherwise.'),
  startedAt: says('RFC 3339 with nanoseconds, as containerd reports it; empty before the first start.'),
  finishedAt: text,
});

/** The state of a container with its times and exit code. */
export type ContainerState = Static<typeof ContainerState>;

/** The state in one word: `created`, `running`, `exited`, … */
export type ContainerStatus = ContainerState['status'];

const imageOfRoot = closed({ reference: text, id: text });

const RootSnapshot = closed({
  name: text,
  root: says('Key of its root file system in containerd.'),
  createdAt: says('RFC 3339.'),
  image: imageOfRoot,
  cause: word('user', 'schedule', 'restore'),
});

/** A snapshot of a container’s root file system. */
export type RootSnapshot = Static<typeof RootSnapshot>;

const SnapshotSchedule = closed({
  schedule: says('`every 6h`, or five fields as of crontab(5) in the host’s time.'),
  keepScheduled: Type.Integer({ description: 'How many of its snapshots stay.' }),
  from: says('RFC 3339: what is due after this is still to be done.'),
  next: may(says('RFC 3339: the next time, as seen from the last one.')),
  problem: may(says('Why the last run failed, and when.')),
});

/** When snapshots of a container are taken without being asked for. */
export type SnapshotSchedule = Static<typeof SnapshotSchedule>;

/** Schema of how long an upgrade may take to be healthy, and what that means. */
export const HealthGate = closed({
  timeoutSeconds: Type.Number({ description: 'Until it is rolled back.' }),
  command: may(Type.Array(text, { description: 'Runs in the container, and succeeds once it is healthy.' })),
  mayBeDegraded: may(Type.Boolean({ description: 'It was degraded before the upgrade.' })),
});

/** How long an upgrade may take to be healthy, and what that means. */
export type HealthGate = Static<typeof HealthGate>;

const RootRollback = closed(
  {
    root: says('Key of the root file system to return to.'),
    image: imageOfRoot,
    at: says('RFC 3339: when the other image took its place.'),
    trial: may(HealthGate),
  },
  {
    description: 'What `rollback` returns to. `trial`: it is not known yet whether the new image is healthy.',
  },
);

/** What a container was before its last upgrade or rollback. */
export type RootRollback = Static<typeof RootRollback>;

const Damage = closed(
  {
    path: says('The damaged file.'),
    problem: says('`config.json: state.pid: expected integer, found "x"`.'),
    hint: text,
    usesUnknown: Type.Boolean({ description: 'Its mounts are unknown: any volume may belong to it.' }),
  },
  {
    description:
      'Set on the stand-in of a container whose record is damaged; fields that could not be read from elsewhere are empty. Never stored.',
  },
);

/** What of a container's directory cannot be read. */
export type Damage = Static<typeof Damage>;

const LogDelivery = closed(
  {
    waiting: Type.Integer({ description: 'Bytes of its log that wait for its log driver.' }),
    lost: Type.Integer({ description: 'Bytes that rotation removed before they were delivered.' }),
    problem: may(says('Why lines wait.')),
  },
  { description: 'Set by `inspect` if its log driver delivers lines. Never stored.' },
);

/** A container as the store holds it; also the content of its config.json. */
export const ContainerRecord = closed(
  {
    id: text,
    name: text,
    createdAt: text,
    request: ContainerRequest,
    draft: ContainerDraft,
    state: ContainerState,
    restartCount: integer,
    stoppedByUser: Type.Boolean({
      description: 'The user has stopped it: `unless-stopped` leaves it stopped.',
    }),
    resumes: may(
      Type.Boolean({
        description:
          'An upgrade, a rollback or a restore has stopped it, and starts it again: if pouchd is killed, the next one does.',
      }),
    ),
    degraded: Type.Array(Degradation),
    snapshots: may(Type.Array(RootSnapshot)),
    snapshotSchedule: may(SnapshotSchedule),
    rollback: may(RootRollback),
    images: may(
      Type.Array(closed({ ...imageOfRoot.properties, since: says('RFC 3339.') }), {
        description: 'The images that it had, the oldest first: since an upgrade.',
      }),
    ),
    reconciledAt: may(says('RFC 3339: when its plan was replaced last.')),
    warnings: texts,
    updates: may(
      Type.Array(BlameEntry, { description: 'What updates and hooks have changed since the create.' }),
    ),
    attachments: map(Type.Unknown(), 'Results of the effects of the start, by effect key.'),
    damage: may(Damage),
    logDelivery: may(LogDelivery),
    paths: closed(
      { directory: text, log: text, hosts: text, hostname: text, resolvConf: text },
      { description: 'Absolute paths of its directory and of the files that are mounted into it.' },
    ),
  },
  { title: 'ContainerRecord' },
);
export type ContainerRecord = Static<typeof ContainerRecord>;

const attachedPort = Type.Object({
  containerPort: integer,
  protocol: text,
  hostIp: text,
  hostPort: integer,
  proxied: may(
    Type.String({
      description:
        'Address of the host, or `::`, on which Pouch listens and copies to `ip` of the container: the network driver does not forward it.',
    }),
  ),
});

/**
 * What `attachments` holds for a network interface: the result of a network plugin’s effect, which may have more
 * fields.
 */
export const NetworkAttachment = Type.Object({
  network: text,
  interface: text,
  mac: may(text),
  ip: may(text),
  prefixLength: may(integer),
  gateway: may(text),
  ip6: may(Type.String({ description: 'The IPv6 address beside `ip`.' })),
  prefixLength6: may(integer),
  gateway6: may(text),
  ports: Type.Array(attachedPort, { description: 'As requested, with free ports filled in.' }),
  cni: may(Type.Unsafe<object>(Type.Object({}, { description: 'The result of CNI (CNI spec, section 5).' }))),
});
export type NetworkAttachment = Static<typeof NetworkAttachment>;
