import type { Static, TObject } from '@sinclair/typebox';
import type { PortRequest } from '../request.ts';

/**
 * Says how containers are attached to a network. Networks that use it are named in pouchd.yaml:
 * `network: { networks: { lan: { driver: NAME, options: { … } } } }`. A driver without options is a network by itself,
 * under its own name: `bridge`, `host` and `none` are such drivers.
 *
 * It may be pure data: `check` and `attach` only plan. They get copies, run again for each plan, and work in a plugin
 * with a process of its own too.
 */
export interface NetworkDriver<Options extends TObject = TObject> {
  /** At most 63 lower-case letters, digits, `_`, `.` or `-`, the first a letter or digit. */
  name: string;
  /** One sentence. */
  doc: string;
  /** Options of its networks. Missing: it takes none. */
  options?: Options;
  /** A driver with options is also a network by itself, under its own name and without options. */
  standing?: true;
  /** `host`: containers are in the network of the host, and it has no `attach`. Missing: `own`. */
  namespace?: 'own' | 'host';
  /** Whether it publishes ports. Missing: a container that publishes some is refused. */
  ports?: boolean;
  /** Throws what is wrong with options that fit the schema. It has 5 s, and runs before each create. */
  check?(network: DriverNetwork<Static<Options>>, context: NetworkDriverContext): Promise<void> | void;
  /**
   * The effects that attach a container, by names of its choice: at most 16. The ledger applies them when the container
   * starts, once its network namespace exists, and undoes them when it stops. That named `attach` makes the
   * interface: its result, a `NetworkAttachment`, has the addresses for `pouch inspect` and /etc/hosts. `host.link`
   * makes one. It has 5 s. Without `attach` containers have loopback alone.
   */
  attach?(
    attachment: DriverAttachment<Static<Options>>,
    context: NetworkDriverContext,
  ): Promise<NetworkEffects> | NetworkEffects;
  /**
   * The effect that publishes the one port of `ports` in a container that runs: its application publishes it, its undo
   * ends that. Missing: published ports change only while containers are stopped. In-process plugins only.
   */
  publish?(
    attachment: PublishedPortAttachment<Static<Options>>,
    context: NetworkDriverContext,
  ): Promise<NetworkEffect> | NetworkEffect;
  /**
   * The options of a network that a client creates, with what the client leaves out, such as a free subnet. Changes
   * nothing, and has 5 s. Missing: what the client asks for are the options, and it can ask for no addresses.
   * In-process plugins only.
   */
  define?(network: NewDriverNetwork, context: NetworkDriverContext): Promise<DefinedNetwork> | DefinedNetwork;
  /**
   * Makes what a created network needs on the host before a container uses it. It has 60 s, may run again, and
   * `remove` undoes it. In-process plugins only.
   */
  create?(network: DriverNetwork<Static<Options>>, context: NetworkDriverContext): Promise<void> | void;
  /**
   * Removes what a created network has on the host. It has 60 s, runs again after a failure, and succeeds if nothing
   * is left. In-process plugins only.
   */
  remove?(network: DriverNetwork<Static<Options>>, context: NetworkDriverContext): Promise<void> | void;
}

/** A network that a client wants to create. */
export interface NewDriverNetwork {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  /** As the client wrote them. */
  readonly options: Readonly<Record<string, string>>;
  /** Containers on it reach nothing outside it. */
  readonly internal: boolean;
  readonly enableIPv6: boolean;
  readonly addresses: readonly NetworkAddresses[];
  /** The addresses of all other networks. */
  readonly others: readonly { readonly name: string; readonly subnet: string }[];
}

/** Addresses of a network, in CIDR form. */
export interface NetworkAddresses {
  readonly subnet?: string;
  /** The part of the subnet that containers get addresses of. */
  readonly ipRange?: string;
  /** An address. */
  readonly gateway?: string;
  /** Addresses that no container gets, by what has them. */
  readonly reserved?: Readonly<Record<string, string>>;
}

/** What a driver makes of a network that a client wants to create. */
export interface DefinedNetwork {
  /** Of the schema of the driver. */
  readonly options: Record<string, unknown>;
  readonly addresses: NetworkAddresses[];
  /** It leads nowhere, also if the client has not asked for that. */
  readonly internal?: true;
}

/** A network that the driver serves: one of pouchd.yaml, or one that a client has created. */
export interface DriverNetwork<Options = Readonly<Record<string, unknown>>> {
  readonly name: string;
  /** Checked, with defaults. */
  readonly options: Options;
}

/** One container that is going to be attached. */
export interface DriverAttachment<Options = Readonly<Record<string, unknown>>> {
  readonly network: DriverNetwork<Options>;
  readonly container: {
    readonly id: string;
    readonly name: string;
    readonly hostname: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Whether it is a rich container. */
    readonly rich: boolean;
  };
  /** Name of the interface in the container: `eth0`. */
  readonly interface: string;
  /** File of the container's network namespace. It exists when the effects are applied. */
  readonly netns: string;
  /** Key of the effect `attach`, for effects that need its result. */
  readonly key: string;
  /** Addresses that the user or a tap of network.preAttach has fixed. */
  readonly ip?: string;
  readonly ip6?: string;
  readonly mac?: string;
  /** Another network has the default route of the container. */
  readonly noDefaultRoute?: true;
  /**
   * A rich container has the same addresses at each start, and also while it is stopped nothing else gets them. Drivers
   * that choose addresses reserve them by an effect of the stage `create`.
   */
  readonly keepsAddresses?: true;
  /** Only for a driver that publishes ports. */
  readonly ports: readonly PortRequest[];
}

/** A container that runs, with the port in `ports` that changes. */
export interface PublishedPortAttachment<
  Options = Readonly<Record<string, unknown>>,
> extends DriverAttachment<Options> {
  /** The effects of `attach` have published the port: this effect is never applied, only undone. */
  readonly isPublished: boolean;
}

/** What a call of a network driver may use beside its arguments. */
export interface NetworkDriverContext {
  /** Aborts at the deadline. */
  signal: AbortSignal;
}

/** Effects by a key that the driver chooses; the order is that of their application. */
export type NetworkEffects = Readonly<Record<string, NetworkEffect>>;

/** A change of the host that attaches a container to a network. */
export interface NetworkEffect {
  /** One of docs/reference/effects.md, or of the plugin itself. */
  kind: string;
  args: Record<string, unknown>;
  /** Names of other effects of the attachment that are applied before it. */
  needs?: readonly string[];
  /** `create`: applied when the container is created and undone at its removal. Missing: at each start, and stop. */
  stage?: 'create';
}
