import type { Static, TObject } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import type { EffectStage } from './effects.ts';
import { processArgs, processProblem } from './hostProcess.ts';
import { closed, hostPath, may, word } from './schema.ts';

/**
 * Effects of the host that a plugin in any language plans as data: the core has their kinds. The arguments, and what
 * `grants.effects` of pouchd.yaml limits of them.
 */

const id = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 4_294_967_294, default: 0, description });

/** linux/if.h, IFNAMSIZ. */
const interfaceName = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$', description });

const address = (description: string) =>
  Type.String({ pattern: '^[0-9a-fA-F.:]{2,45}$', maxLength: 45, description });

const network = (description: string) =>
  Type.String({ pattern: '^(default|[0-9a-fA-F.:]{2,45}(/\\d{1,3})?)$', description });

const ports = (description: string) => Type.String({ pattern: '^\\d{1,5}(:\\d{1,5})?$', description });

/** File systems whose mount runs no program that the arguments name, as FUSE would. */
const mountTypes = ['nfs', 'nfs4', 'cifs', 'tmpfs', 'bind'] as const;

/** Characters. */
export const mostFileContent = 256 * 1024;

const mountArgs = closed({
  type: word(...mountTypes),
  source: may(
    Type.String({
      pattern: '^(?!-)(?!.*(^|/)\\.{1,2}(/|$))[^\\x00-\\x20]{1,4095}$',
      description: '`SERVER:/EXPORT`, `//SERVER/SHARE`, or a path of the host for `bind`. `tmpfs` has none.',
    }),
  ),
  target: hostPath('Directory of the host. It is created if it does not exist, and removed with the mount.'),
  options: may(
    Type.Array(
      Type.String({
        pattern:
          '^(?!(suid|dev|remount|move|r?bind|loop|users?|owner|group|r?(shared|slave|private|unbindable))$)(?!loop=)[a-z][a-z0-9_]*(=[^,\\x00-\\x20]*)?$',
        maxLength: 255,
      }),
      {
        maxItems: 64,
        description:
          'Options of mount(8), one per entry: `ro`, `vers=4.2`. `nosuid` and `nodev` are always added; `suid`, `dev`, `remount` and others that change what is mounted are refused.',
      },
    ),
  ),
});

const fileArgs = closed({
  path: hostPath('The file. Missing directories are created, and removed with it.'),
  content: Type.String({
    maxLength: mostFileContent,
    description: `Text of at most ${mostFileContent / 1024} Ki characters.`,
  }),
  mode: may(
    Type.Integer({
      minimum: 0,
      maximum: 0o777,
      default: 0o644,
      description: 'Permission bits as a number. Default 420, 0644 in octal.',
    }),
  ),
  uid: may(id('Owner. Default 0.')),
  gid: may(id('Group. Default 0.')),
  replace: may(
    Type.Boolean({
      default: false,
      description:
        'Replaces a file that exists, and restores it afterwards. Without it, one that exists is an error.',
    }),
  ),
});

const symlinkArgs = closed({
  path: hostPath('The link. Missing directories are created, and removed with it.'),
  to: Type.String({ pattern: '^[^\\x00-\\x1f]{1,4095}$', description: 'What it points to.' }),
});

const sysctlArgs = closed({
  name: Type.String({
    pattern: '^[a-z0-9_-]+([./](?!\\.)[A-Za-z0-9_:@-][A-Za-z0-9_.:@-]*)+$',
    maxLength: 255,
    description:
      'As sysctl(8) has it: `net.ipv4.ip_forward`, or with `/` where a part has dots: `net/ipv4/conf/eth0.1/forwarding`.',
  }),
  value: Type.String({ pattern: '^[^\\x00-\\x08\\x0a-\\x1f]{1,1024}$' }),
});

const routeArgs = closed({
  to: network('A network such as `10.20.0.0/16`, an address, or `default`.'),
  via: may(address('Gateway.')),
  dev: may(interfaceName('Interface of the host.')),
  metric: may(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
  table: may(Type.Integer({ minimum: 1, maximum: 4_294_967_295, description: 'Number of a routing table.' })),
});

const firewallArgs = closed({
  family: may(
    Type.Unsafe<'ipv4' | 'ipv6'>(
      Type.Union([Type.Literal('ipv4'), Type.Literal('ipv6')], {
        default: 'ipv4',
        description: 'Default `ipv4`.',
      }),
    ),
  ),
  table: word('filter', 'nat', 'mangle', 'raw'),
  chain: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,27}$', description: 'An existing chain.' }),
  position: may(
    Type.Unsafe<'first' | 'last'>(
      Type.Union([Type.Literal('first'), Type.Literal('last')], {
        default: 'first',
        description: 'Where in the chain. Default `first`.',
      }),
    ),
  ),
  protocol: may(word('tcp', 'udp', 'sctp', 'icmp', 'ipv6-icmp', 'all')),
  source: may(network('Address or network.')),
  destination: may(network('Address or network.')),
  in: may(interfaceName('Interface that a packet arrives on.')),
  out: may(interfaceName('Interface that a packet leaves by.')),
  sourcePorts: may(ports('`80`, or `8000:8080`.')),
  destinationPorts: may(ports('`80`, or `8000:8080`.')),
  states: may(
    Type.Array(word('NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'DNAT', 'SNAT'), {
      minItems: 1,
      maxItems: 6,
      description: 'States of the connection.',
    }),
  ),
  jump: Type.String({
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,27}$',
    description: '`ACCEPT`, `DROP`, `REJECT`, `RETURN`, `MASQUERADE`, `DNAT`, `SNAT`, or a chain.',
  }),
  to: may(
    Type.String({
      pattern: '^[0-9a-fA-F.:\\[\\]]{2,47}(:\\d{1,5})?$',
      description: 'New address of DNAT or SNAT: `10.0.0.2:8080`.',
    }),
  ),
});

const mac = '^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$';

const linkArgs = closed({
  type: word('macvlan', 'ipvlan', 'veth'),
  parent: interfaceName('Interface of the host; for `veth` the bridge that gets the other end.'),
  mode: may(
    Type.Unsafe<'bridge' | 'private' | 'vepa' | 'passthru' | 'l2' | 'l3' | 'l3s'>({
      ...word('bridge', 'private', 'vepa', 'passthru', 'l2', 'l3', 'l3s'),
      description:
        'Of `macvlan`: `bridge` (default), `private`, `vepa`, `passthru`. Of `ipvlan`: `l2` (default), `l3`, `l3s`.',
    }),
  ),
  network: Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'Name of the network, for `pouch inspect`.',
  }),
  interface: may(interfaceName('Its name in the container. Default `eth0`.')),
  address: may(
    Type.String({
      pattern: '^[0-9a-fA-F.:]{2,45}/\\d{1,3}$',
      description: 'With the length of the prefix: `192.0.2.7/24`.',
    }),
  ),
  gateway: may(address('Of the default route.')),
  mac: may(
    Type.String({
      pattern: mac,
      description: 'Default: one of the kernel’s choice. `ipvlan` has that of its parent.',
    }),
  ),
  mtu: may(Type.Integer({ minimum: 68, maximum: 65_535 })),
});

const cgroupArgs = closed({
  file: Type.String({
    pattern: '^(?!cgroup\\.)[a-z]+[0-9]*(\\.[a-z0-9_]+)+$',
    maxLength: 100,
    description: 'File of the kernel, such as `memory.high` (cgroup v2) or `cpu.shares` (v1).',
  }),
  value: Type.String({ pattern: '^[^\\x00-\\x1f]{1,256}$' }),
});

const deviceArgs = closed({
  path: hostPath('The node. Missing directories are created, and removed with it.'),
  type: word('c', 'b'),
  number: Type.String({ pattern: '^\\d{1,4}:\\d{1,7}$', description: '`MAJOR:MINOR`.' }),
  mode: may(
    Type.Integer({
      minimum: 0,
      maximum: 0o777,
      default: 0o660,
      description: 'Permission bits as a number. Default 432, 0660 in octal.',
    }),
  ),
  uid: may(id('Owner. Default 0.')),
  gid: may(id('Group. Default 0.')),
});

const moduleArgs = closed({
  name: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$', description: 'As lsmod(8) has it.' }),
});

/** How a pattern of a grant is compared with an argument. */
export type GrantMatch =
  /** `*` stands for any text within a segment, a last segment `**` for all that is below. */
  | 'path'
  /** `*` stands for any text. */
  | 'text'
  /** The same for names of kernel parameters, where `/` and `.` are equal. */
  | 'parameter'
  /** A network that contains it. */
  | 'network'
  /** The whole list is the argument, word by word. */
  | 'words'
  /** Names of the variables that the argument may have. */
  | 'names'
  /** The largest number or size. */
  | 'most'
  /** No rule has it: all of its paths are within those of `grants.paths`. */
  | 'paths';

/** One of the effects that Pouch applies itself: its arguments, and what its undo does. */
export interface HostEffectForm<Args extends TObject = TObject> {
  /** One sentence. */
  readonly doc: string;
  /** What the undo does, and what it leaves. */
  readonly undo: string;
  readonly args: Args;
  /** Effects of the other stage are refused. */
  readonly stage?: EffectStage;
  /** What the schema of the arguments cannot say. Without `needs` these are not judged. */
  problem?(args: Readonly<Record<string, unknown>>, needs?: readonly string[]): string | undefined;
  /** The arguments that a grant limits: one that it does not name must not be given. */
  readonly limits: Readonly<Record<string, GrantMatch>>;
}

/** The kinds, with the form of their arguments. */
export const hostEffects = {
  'host.mount': {
    doc: 'Mounts a file system on a directory of the host.',
    undo: 'Unmounts it, also if its server does not respond, and removes the directories that it created.',
    args: mountArgs,
    limits: { type: 'text', source: 'path', target: 'path' },
  },
  'host.file': {
    doc: 'Writes a file of the host.',
    undo: 'Removes it, or restores the earlier file. One that others have put in its place stays.',
    args: fileArgs,
    limits: { path: 'path' },
  },
  'host.symlink': {
    doc: 'Makes a symbolic link on the host.',
    undo: 'Removes it, unless it points elsewhere by then.',
    args: symlinkArgs,
    limits: { path: 'path', to: 'path' },
  },
  'host.sysctl': {
    doc: 'Sets a kernel parameter of the host. Those of the container are `sysctls` of its draft.',
    undo: 'Restores the earlier value, unless another one was set meanwhile.',
    args: sysctlArgs,
    limits: { name: 'parameter' },
  },
  'host.route': {
    doc: 'Adds a route to the host.',
    undo: 'Removes it.',
    args: routeArgs,
    limits: { to: 'network' },
  },
  'host.firewall': {
    doc: 'Adds one rule to a chain of iptables, with a comment that names the container and the effect.',
    undo: 'Removes it.',
    args: firewallArgs,
    limits: { table: 'text', chain: 'text', jump: 'text' },
  },
  'host.link': {
    doc: 'Makes an interface in the network namespace of the container. Its result has the addresses. The effect must have `needs: ["netns"]`; those of a network driver have.',
    undo: 'Removes it.',
    args: linkArgs,
    limits: { type: 'text', parent: 'text', address: 'network' },
  },
  'host.cgroup': {
    doc: 'Sets a value in the cgroup of the container. It exists once the task is made: the effect must have `needs: ["task"]`.',
    undo: 'None: the value goes with the cgroup.',
    args: cgroupArgs,
    limits: { file: 'text' },
  },
  'host.device': {
    doc: 'Makes a device node on the host. `devices` of the draft gives it to the container.',
    undo: 'Removes it, unless the host had it before.',
    args: deviceArgs,
    limits: { path: 'path', type: 'text', number: 'text' },
  },
  'host.module': {
    doc: 'Checks that the kernel has a module, and loads none. Without it, the start fails with the command that loads it.',
    undo: 'None: it changes nothing.',
    args: moduleArgs,
    limits: { name: 'text' },
  },
  'host.process': {
    doc: 'Runs a process on the host beside the container, in a cgroup of its own. It outlives pouchd.',
    undo: 'Asks its processes to end, then kills all that are left in its cgroup, and removes its RUNTIME_DIRECTORY.',
    args: processArgs,
    stage: 'start',
    /** See {@link HostEffectForm}. */
    problem: processProblem,
    limits: {
      argv: 'words',
      env: 'names',
      cwd: 'path',
      user: 'text',
      namespaces: 'text',
      network: 'text',
      paths: 'paths',
      memory: 'most',
      pids: 'most',
      cpus: 'most',
    },
  },
} as const satisfies Record<string, HostEffectForm>;

/** Kind of an effect that Pouch applies itself: `host.mount`. */
export type HostEffectName = keyof typeof hostEffects;

/** `{ kind: 'host.mount', stage: 'start', args: { … } satisfies HostEffectArgs<'host.mount'> }`. */
export type HostEffectArgs<Name extends HostEffectName> = Static<(typeof hostEffects)[Name]['args']>;

/** Its form; undefined for kinds of plugins and of the core itself. */
export function hostEffectForm(kind: string): HostEffectForm | undefined {
  return Object.hasOwn(hostEffects, kind) ? hostEffects[kind as HostEffectName] : undefined;
}
