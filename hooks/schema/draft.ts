/** JSON Schemas of the drafts of a container and of an exec. */
import { Type } from '@sinclair/typebox';
import type {
  ContainerDraft,
  DraftDevice,
  DraftFile,
  DraftImage,
  DraftMount,
  DraftNetwork,
  DraftProcess,
  DraftRich,
  ExecDraft,
} from '../draft.ts';
import type { Effect } from '../effects.ts';
import { closed, describes, flag, integer, map, may, text, texts, word } from './describes.ts';
import { imageConfig } from './image.ts';
import { deviceRule, idMapping, intelRdt, resources, seccomp } from './oci.ts';
import { consoleSize, log, networkRequest, port, restart } from './request.ts';

const yes = Type.Literal(true);

/** Other fields are allowed: at run time it has the function `stat` as well. */
const image = describes<DraftImage>()(
  Type.Object(
    { reference: text, id: text, config: imageConfig },
    { description: 'The image; in TypeScript also `stat(path)`, which reads its files.' },
  ),
);

const draftProcess = describes<DraftProcess>()(
  closed({
    entrypoint: Type.Array(text, { description: 'The command follows it.' }),
    command: texts,
    env: map(text),
    cwd: text,
    user: Type.String({ description: '`user[:group]`, names or numbers of the image.' }),
    groups: texts,
    tty: flag,
    openStdin: flag,
    stdinOnce: flag,
    consoleSize: may(consoleSize),
    capabilities: map(yes, '`CAP_…` in all sets but the ambient one.'),
    rlimits: map(closed({ soft: integer, hard: integer }), 'By `RLIMIT_…`.'),
    noNewPrivileges: flag,
    oomScoreAdj: may(integer),
    init: Type.Boolean({ description: 'Runs a small init as PID 1.' }),
    privileged: flag,
  }),
);

const rich = describes<DraftRich>()(closed({ enabled: flag, mode: text, initScript: text }));

const mount = describes<DraftMount>()(closed({ type: text, source: text, options: texts }));

const device = describes<DraftDevice>()(
  closed({
    hostPath: may(Type.String({ description: 'Where the host has it, if elsewhere.' })),
    type: word('c', 'b', 'p'),
    major: integer,
    minor: integer,
    fileMode: may(integer),
    uid: may(integer),
    gid: may(integer),
    access: Type.String({ description: 'cgroup access: `rwm`.' }),
  }),
);

const network = describes<DraftNetwork>()(
  closed({
    mode: Type.String({ description: '`bridge`, `none`, `host`, or `container:ID`.' }),
    ports: map(port, 'By `containerPort/protocol@hostIp:hostPort`.'),
    dns: texts,
    dnsSearch: texts,
    dnsOptions: texts,
    request: networkRequest,
  }),
);

const file = describes<DraftFile>()(
  closed({ content: text, mode: Type.Integer({ description: 'Permission bits.' }), readonly: flag }),
);

export const effect = describes<Effect>()(
  closed({ kind: text, stage: word('create', 'start'), args: map(Type.Unknown()), needs: may(texts) }),
);

const ociHook = closed({
  kind: text,
  path: text,
  args: may(texts),
  env: may(texts),
  timeout: may(integer),
});

const namespaces = closed(
  {
    pid: may(text),
    network: may(text),
    mount: may(text),
    ipc: may(text),
    uts: may(text),
    user: may(text),
    cgroup: may(text),
    time: may(text),
  },
  { description: 'A path joins a namespace, an empty string makes a new one, a missing type is the host’s.' },
);

export const containerDraft = describes<ContainerDraft>()(
  closed(
    {
      id: Type.String({ description: '64 hex digits.' }),
      name: text,
      image,
      runtime: Type.String({ description: 'Name of the runtime; chosen after container.preCreate.' }),
      vmOf: may(Type.String({ description: 'Full id of the container in whose virtual machine it runs.' })),
      process: draftProcess,
      rich,
      hostname: text,
      domainname: text,
      labels: map(text),
      annotations: map(text),
      rootfs: closed({ readonly: flag, propagation: text }),
      mounts: map(mount, 'By destination.'),
      devices: map(device, 'By path in the container.'),
      cdiDevices: map(yes, 'By CDI name, `VENDOR/CLASS=NAME`; the plugin `cdi` makes their edits.'),
      intelRdt: may(intelRdt),
      deviceRules: map(deviceRule, 'Device cgroup rules by a name of their own, applied after the defaults.'),
      namespaces,
      uidMappings: Type.Array(idMapping),
      gidMappings: Type.Array(idMapping),
      sysctls: map(text),
      maskedPaths: map(yes),
      readonlyPaths: map(yes),
      seccomp: Type.Union([seccomp, Type.Literal('default'), Type.Null()], {
        description: '`default` is Pouch’s own profile, null is unconfined.',
      }),
      resources,
      cgroupsPath: Type.String({
        description:
          'Path from the hierarchy’s root: `/pouch/ID`, or a scope that systemd makes: `/pouch.slice/pouch-ID.scope`.',
      }),
      network,
      extraHosts: map(text, 'For /etc/hosts: address by name.'),
      stop: closed({ signal: text, timeoutSeconds: Type.Number() }),
      restart,
      log,
      autoRemove: flag,
      ociHooks: map(ociHook, 'OCI hooks by a name of their own.'),
      files: map(file, 'Files that are written for the container and mounted, by destination.'),
      effects: map(effect, 'Host effects by a key of their own: `network.eth0`.'),
    },
    { title: 'ContainerDraft' },
  ),
);

export const execDraft = describes<ExecDraft>()(
  closed(
    {
      container: Type.String({ description: 'The container’s id.' }),
      args: texts,
      env: map(text),
      cwd: text,
      user: text,
      tty: flag,
      privileged: flag,
      capabilities: map(yes, '`CAP_…`.'),
    },
    { title: 'ExecDraft' },
  ),
);
