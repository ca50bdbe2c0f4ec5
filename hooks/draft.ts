import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Effect } from './effects.ts';
import { Healthcheck } from './healthcheck.ts';
import { ImageConfig } from './image.ts';
import { Namespaces, OciDeviceRule, OciIdMapping, OciIntelRdt, OciResources, OciSeccomp } from './oci.ts';
import {
  BootRequest,
  ConsoleSize,
  FirstBootRequest,
  LogRequest,
  SupervisedService,
  NetworkRequest,
  PortRequest,
  RestartPolicy,
} from './request.ts';
import { ReadinessProbe } from './readiness.ts';
import { PowerOrders } from './richPower.ts';
import { ServiceCommands } from './richServices.ts';
import { closed, fixed, flag, integer, map, may, says, text, texts, word } from './schema.ts';

const yes = Type.Literal(true);

/** A file of an image. */
export interface ImageFile {
  /** The path after links. */
  path: string;
  kind: 'file' | 'directory' | 'other';
  /** Permission bits. */
  mode: number;
}

/** Other fields are allowed: at run time it has the function `stat` as well. */
const imageFields = Type.Object(
  { reference: fixed(text), id: fixed(text), config: fixed(ImageConfig) },
  { description: 'The image; in TypeScript also `stat(path)`, which looks up one of its files.' },
);

export interface DraftImage extends Static<typeof imageFields> {
  /**
   * Looks up a file of the image without a container: "does /sbin/init exist?". Follows links inside the image only.
   * Resolves to undefined if the file does not exist.
   */
  stat(path: string): Promise<ImageFile | undefined>;
}

const DraftProcess = closed({
  entrypoint: Type.Array(text, { description: 'The command follows it.' }),
  command: texts,
  env: map(text),
  cwd: text,
  user: says('`user[:group]`, names or numbers of the image.'),
  groups: texts,
  tty: flag,
  openStdin: flag,
  stdinOnce: flag,
  consoleSize: may(ConsoleSize),
  capabilities: map(yes, '`CAP_…` in all sets but the ambient one.'),
  droppedCapabilities: may(map(yes, 'What the request drops by name, or `ALL`: a mode adds none of them.')),
  rlimits: map(closed({ soft: integer, hard: integer }), 'By `RLIMIT_…`.'),
  noNewPrivileges: flag,
  oomScoreAdj: may(integer),
  init: Type.Boolean({ description: 'Runs a small init as PID 1.' }),
  privileged: flag,
});

/** The process of the draft's container. */
export type DraftProcess = Static<typeof DraftProcess>;

const DraftMount = closed({
  type: text,
  source: text,
  options: Type.Array(text, {
    description:
      'Of mount(8). `idmap`: with the ids of the container. `late`: read-only, by pouchd, when the runtime has made the container and ' +
      'before its init runs, for places where runtimes mount nothing, as in /proc; a source that does not exist then is left out, and ' +
      '`remount` of the service `containers` mounts it again. The destination exists.',
  }),
});

/** A mount of the draft; its key is the destination. */
export type DraftMount = Static<typeof DraftMount>;

const DraftDevice = closed({
  hostPath: may(says('Path on the host, if it differs.')),
  type: word('c', 'b', 'p'),
  major: integer,
  minor: integer,
  fileMode: may(integer),
  uid: may(integer),
  gid: may(integer),
  access: says('cgroup access: `rwm`.'),
});

/** A device of the draft; its key is the path in the container. */
export type DraftDevice = Static<typeof DraftDevice>;

const DraftNetwork = closed({
  mode: says('`bridge`, `none`, `host`, `container:ID`, or the name of another network.'),
  ids: may(
    map(
      text,
      'Ids of the networks on which names resolve, by their names: created ones, and those of pouchd.yaml.',
    ),
  ),
  ports: map(PortRequest, 'By `containerPort/protocol@hostIp:hostPort`.'),
  dns: texts,
  dnsSearch: texts,
  dnsOptions: texts,
  request: NetworkRequest,
});

/** How the draft's container is attached to a network. */
export type DraftNetwork = Static<typeof DraftNetwork>;

/** Schema of how a container has ended itself. */
export const Ending = word('reboot', 'poweroff');

/** How a container has ended itself: a reboot or a power-off inside, which its user wants. */
export type Ending = Static<typeof Ending>;

const DraftFile = closed({
  content: text,
  encoding: may(Type.Literal('base64', { description: 'Of a content that is not text.' })),
  mode: Type.Integer({ description: 'Permission bits.' }),
  readonly: flag,
  own: may(
    Type.Union([Type.Literal('once'), Type.Literal('lines'), Type.Literal('freshLines')], {
      description:
        'Missing: the file is mounted. Otherwise it is in the root file system, where the container can rename and edit it. ' +
        '`once`: written at the first start. `lines`: at each start Pouch replaces its lines, between two comments, and nothing else. ' +
        '`freshLines`: the same, without what the image has in the file; a container that removes the comments has it for itself.',
    }),
  ),
});

/** A file of the draft that Pouch writes; its key is the path in the container. */
export type DraftFile = Static<typeof DraftFile>;

/** An init that prints to /dev/console gets one, unless the container has a terminal. */
const ConsoleLog = Type.Union(
  [
    Type.Literal('all'),
    Type.Literal('journal', { description: 'Without the lines of systemd that the journal has too.' }),
    Type.Literal('late', {
      description: 'Only if the command has not begun after half a minute, or when the container ends.',
    }),
    Type.Literal('none'),
  ],
  { description: 'The container has a /dev/console; these of its lines are in the log.' },
);

const DraftRich = closed({
  enabled: flag,
  mode: text,
  initScript: text,
  initArgs: may(texts),
  initCommands: may(texts),
  initTimeout: may(
    Type.Integer({ description: 'Seconds for the script and the commands; 0 means unlimited.' }),
  ),
  restartAfterPoweroff: may(
    Type.Boolean({ description: 'Starts it again after a power-off inside, whatever its restart policy.' }),
  ),
  nested: may(
    Type.Boolean({
      description:
        'Container engines run inside. The core adds what they need, all of it within the user namespace.',
    }),
  ),
  supervised: may(map(SupervisedService, 'Services by name, which the mode `supervised` starts.')),
  init: may(says('The init, where it runs no command: it is shown as the container’s.')),
  commandExit: may(
    says(
      'A file of the draft into which the container writes the exit code of the command that it ends with, `CODE`, before its init powers off; `CODE stopped` if the init has stopped the command.',
    ),
  ),
  reason: may(says('Why the mode was chosen: what the image has.')),
  console: may(ConsoleLog),
  readiness: may(ReadinessProbe),
  services: may(ServiceCommands),
  power: may(PowerOrders),
  exits: may(
    map(
      closed({
        exitCode: integer,
        ending: may(Ending),
        whenStopped: may(
          Type.Integer({ description: 'Its exit code if its user has stopped it, instead of exitCode.' }),
        ),
      }),
      'What exit codes of its init mean: the exit code of the container, and whether it has ended itself. `allowReboot` sets it.',
    ),
  ),
});

/** The rich mode of the draft's container and its settings. */
export type DraftRich = Static<typeof DraftRich>;

const DraftFirstBoot = Type.Object(
  {
    ...FirstBootRequest.properties,
    cloudInit: may(
      Type.Boolean({ description: 'The image has cloud-init, to which the user data belongs.' }),
    ),
  },
  { additionalProperties: false },
);

/** What the draft's container gets at its first start. */
export type DraftFirstBoot = Static<typeof DraftFirstBoot>;

const ociHook = closed({ kind: text, path: text, args: may(texts), env: may(texts), timeout: may(integer) });

/**
 * The draft of a container: plain data keyed by identity, changed by plan hooks one after another. The engine
 * compares it before and after each tap (the difference is the blame), and derives OCI's arrays from it at the end.
 */
export const ContainerDraft = closed(
  {
    id: fixed(says('64 hex digits.')),
    name: fixed(text),
    image: fixed(Type.Unsafe<DraftImage>(imageFields)),
    runtime: says('Name of the runtime; chosen after container.preCreate.'),
    vmOf: may(says('Full id of the container in whose virtual machine it runs.')),
    process: DraftProcess,
    rich: DraftRich,
    firstBoot: may(DraftFirstBoot),
    hostname: text,
    domainname: text,
    labels: map(text),
    annotations: map(text),
    rootfs: closed({ readonly: flag, propagation: text }),
    diskQuota: may(
      Type.Integer({ description: 'Bytes that the container can write to its root file system.' }),
    ),
    mounts: map(DraftMount, 'By destination.'),
    devices: map(DraftDevice, 'By path in the container.'),
    cdiDevices: map(yes, 'By CDI name, `VENDOR/CLASS=NAME`; the plugin `cdi` applies their edits.'),
    intelRdt: may(OciIntelRdt),
    deviceRules: map(
      OciDeviceRule,
      'Device cgroup rules by a name of their own, applied in order after the defaults.',
    ),
    namespaces: Namespaces,
    uidMappings: Type.Array(OciIdMapping),
    gidMappings: Type.Array(OciIdMapping),
    sysctls: map(text),
    maskedPaths: map(yes),
    readonlyPaths: map(yes),
    seccomp: Type.Union([OciSeccomp, Type.Literal('default'), Type.Null()], {
      description: '`default` is Pouch’s profile for the draft’s capabilities, null is unconfined.',
    }),
    resources: OciResources,
    cgroupsPath: says(
      'Path from the root of the hierarchy: `/pouch/ID`, or a scope that systemd creates: `/pouch.slice/pouch-ID.scope`.',
    ),
    network: DraftNetwork,
    extraHosts: map(text, 'For /etc/hosts: address by name.'),
    stop: closed({
      signal: text,
      timeoutSeconds: Type.Number(),
      isRequested: may(
        Type.Boolean({ description: 'The request names the timeout: a rich mode does not change it.' }),
      ),
    }),
    restart: RestartPolicy,
    boot: may(BootRequest),
    healthcheck: may(Healthcheck),
    log: LogRequest,
    autoRemove: flag,
    ociHooks: map(ociHook, 'OCI hooks by a name of their own.'),
    files: map(DraftFile, 'Files that are written for the container and mounted, by destination.'),
    secrets: may(
      map(
        yes,
        'Fields that are masked in plans, logs, errors and events, by their paths: `process.env.DSN`. `markSecret` adds one.',
      ),
    ),
    effects: map(
      Effect,
      'Host effects by key: `network.eth0`; keys of network interfaces come from `networkEffectKey`.',
    ),
  },
  { title: 'ContainerDraft' },
);
export type ContainerDraft = Static<typeof ContainerDraft>;

/** The draft of one `exec`. */
export const ExecDraft = closed(
  {
    container: fixed(says('The container’s id.')),
    args: texts,
    env: map(text),
    cwd: text,
    user: text,
    tty: flag,
    privileged: flag,
    capabilities: map(yes, '`CAP_…`.'),
    secrets: may(map(yes, 'Fields whose values are masked: `env.DSN`. `markSecret` adds one.')),
  },
  { title: 'ExecDraft' },
);
export type ExecDraft = Static<typeof ExecDraft>;
