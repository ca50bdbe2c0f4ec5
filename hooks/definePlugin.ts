import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { Hooks } from './catalogue.ts';
import type { ContributionName } from './contributions/index.ts';
import type { DoctorCheck } from './contributions/doctorCheck.ts';
import type { Metric, MetricDeclaration } from './contributions/metric.ts';
import type { NetworkDriver } from './contributions/networkDriver.ts';
import type { Page } from './contributions/page.ts';
import type { RichMode } from './contributions/richMode.ts';
import type { Route } from './contributions/route.ts';
import type { SidecarInPouchd } from './contributions/sidecar.ts';
import type { Surface } from './contributions/surface.ts';
import type { Verb } from './contributions/verb.ts';
import type { ImageBuilder } from './contributions/imageBuilder.ts';
import type { ImageSource } from './contributions/imageSource.ts';
import type { LogDriver } from './contributions/logDriver.ts';
import type { VolumeDriver } from './contributions/volumeDriver.ts';
import type { Logger } from './defineHook.ts';
import type { EffectKind } from './effectKind.ts';
import type { FileAccess } from './files.ts';
import type { Profile } from './profile.ts';
import type { WantedRight } from './processProtocol.ts';
import type { RuntimeProvider } from './runtime.ts';
import type { RuntimeProgram } from './runtimeProgram.ts';
import type { Requirements, ServicesOf, Token, Tokens } from './token.ts';

/** A plugin: one declaration whose manifest part is readable without running `setup`. */
export interface Plugin<
  Options extends TSchema = TSchema,
  Inject extends Requirements = Requirements,
  Provides extends Tokens = Tokens,
> {
  /** Lower case, digits and `-`. */
  name: string;
  /** A semantic version. It is the version of the services that it provides. */
  version?: string;
  doc?: string;
  /** Versions of Pouch that it works with, a range of semantic versions: `{ pouch: '^0.1.0' }`. Missing: all. */
  engines?: { readonly pouch: string };
  /** TypeBox (JSON Schema) of its options; defaults are filled in. Missing: it takes none. */
  options?: Options;
  /**
   * Top-level sections of pouchd.yaml that are options of a built-in plugin, by the same names: `['profiles']`. Its
   * entry needs no options for them.
   */
  sections?: readonly string[];
  /** Names of the hook points it taps, `container.preCreate`. When given, it can tap no others. */
  hooks?: readonly string[];
  /** Where it contributes: `['verb', 'metric']`. When given, it can contribute at no other point. */
  contributes?: readonly ContributionName[];
  /**
   * No container is created while it is quarantined, unless `onError` of its entry is `skip` or `degrade`. For plugins
   * that containers must not get around. Missing: false.
   */
  required?: boolean;
  /**
   * Rights beyond the least that it needs in a process of its own: `['network', { paths: { read: ['/etc/corp'] } }]`.
   * It is not loaded if its entry in pouchd.yaml does not grant them. In pouchd it has all.
   */
  wants?: readonly WantedRight[];
  /**
   * The services it uses: `{ containers: Containers, users: optional(Users) }`. `services` of its context has these and
   * no others.
   */
  inject?: Inject;
  /**
   * Checks what the schema of its options cannot express. It runs before `setup`, and in `pouchd --check-config`.
   * @throws PCH_PLUGIN_OPTIONS, with `FILE:LINE` of what is wrong
   */
  check?(options: Static<Options>, locate: Locate, how?: OptionsCheck): void;
  /** The services that other plugins can inject: `{ users: Users }`. Its setup passes them to `provide`. */
  provides?: Provides;
  /**
   * Taps hook points and adds contributions. An error rejects the generation, and the one before it continues to
   * serve.
   */
  setup(
    context: PluginContext<Static<Options>, ServicesOf<Inject>, ServicesOf<Provides>>,
  ): void | Promise<void>;
}

/** `FILE:LINE` of an option by its JSON pointer, `/hooks/scan/path`; undefined if no file has it. */
export type Locate = (pointer: string) => string | undefined;

/** `log`, `host` and `files` are services too; every plugin has them without asking. */
export interface PluginContext<
  Options = unknown,
  Services = ServicesOf<Requirements>,
  Provided = ServicesOf<Tokens>,
> {
  hooks: Hooks;
  options: Options;
  /** Where an option is written. */
  locate: Locate;
  /**
   * By the names that `inject` gives them, for taps, effects and surfaces. When pouchd starts, `setup` runs before the
   * containers are read from disk: the methods of the engine's services throw PCH_NOT_READY there. Services of other
   * plugins are ready.
   */
  services: Services;
  /**
   * Hands over what `provides` names, before setup ends. An error that a method throws names this plugin; a method has
   * the deadline of its caller's tap, and in a process of its own 10 s or what `deadlinesMs` gives it.
   * @throws PCH_PLUGIN_INVALID
   */
  provide(services: Provided, options?: ProvideOptions<Provided>): void;
  log: Logger;
  /** Contributes a kind of host effect, applied and undone by the ledger. */
  effect<Args extends object, Result>(kind: EffectKind<Args, Result>): void;
  /** Contributes a runtime: the program that root starts, with functions where they are needed. */
  runtime(program: RuntimeProgram): void;
  /** Contributes a runtime by functions alone, which needs `isolation: in-process`. */
  runtime(provider: RuntimeProvider): void;
  /** Contributes a profile. */
  profile(profile: Profile): void;
  /** Contributes a rich mode. It taps `container.preCreate`, if it has `suits`, and `container.spec`. */
  richMode(mode: RichMode): void;
  /** Contributes a surface: something that serves users (HTTP API, CRI, metrics). */
  surface(surface: Surface): void;
  /** Contributes a command of `pouch`. */
  verb<Args extends TObject, Options extends TObject>(verb: Verb<Args, Options>): void;
  /** Contributes a path of the HTTP API, below `/plugins/NAME`. */
  route<Body extends TSchema>(route: Route<Body>): void;
  /** Contributes a check of the host for `pouch doctor`. */
  doctorCheck(check: DoctorCheck): void;
  /** Contributes a counter or a gauge, at most 50 per plugin. A reload sets it to 0. */
  metric(declaration: MetricDeclaration): Metric;
  /** Contributes a volume driver. */
  volumeDriver<Options extends TObject>(driver: VolumeDriver<Options>): void;
  /** Contributes a network driver. */
  networkDriver<Options extends TObject>(driver: NetworkDriver<Options>): void;
  /** Contributes a process that pouchd starts and supervises: at most 8 per plugin with a process of its own. */
  sidecar(sidecar: SidecarInPouchd): void;
  /** Supplies the content of images. */
  imageSource(source: ImageSource): void;
  /** Builds images from Dockerfiles. It needs `isolation: in-process`. */
  imageBuilder(builder: ImageBuilder): void;
  /** Sends the output of containers elsewhere. */
  logDriver<Options extends TObject>(driver: LogDriver<Options>): void;
  /** Contributes a page of the web console. */
  page(page: Page): void;
  /** Runs when the plugin is unloaded (reload, end of the daemon), after the last operation that could use it. */
  onDispose(run: () => void | Promise<void>): void;
  /** What the plugin may know of the host's configuration. */
  host: HostFacts;
  /** For paths of the host that a user or an image chose: they may be on a file system that hangs. */
  files: FileAccess;
}

/** What a plugin says about the services that it provides. */
export interface ProvideOptions<Provided = ServicesOf<Tokens>> {
  /** Milliseconds of calls of methods, at most an hour: `{ users: { export: 60_000 } }`. Missing: 10 s. */
  deadlinesMs?: {
    readonly [Name in keyof Provided]?: { readonly [Method in keyof Provided[Name]]?: number };
  };
}

/** How the options of a plugin are checked. */
export interface OptionsCheck {
  /**
   * pouchd starts and has no earlier version of the plugin to serve instead. A plugin of which a part works without the
   * rest accepts the options then, and reports the mistakes by itself. Only plugins within pouchd get it.
   */
  isLenient: boolean;
}

/** The host and the daemon, as a plugin may know them. */
export interface HostFacts {
  /** Pouch's version. */
  version: string;
  /** Absolute. */
  root: string;
  state: string;
  listen: readonly ListenFacts[];
  /** Name or number of the group that may use the Unix sockets of `listen`; without it root alone may. */
  socketGroup?: string;
  cgroupParent: string;
  /** `network.*` of pouchd.yaml. */
  network: {
    bridge: string;
    subnet: string;
    mtu: number;
    cniBinDirs: string[];
    dns: string[];
    ipMasq: boolean;
    /** Whether a container reaches its own published ports by the host's address. */
    hairpin: boolean;
    /** What containers on the bridge are kept from; see docs/guides/network.md. */
    isolation: 'rich' | 'none' | 'addresses' | 'containers';
    /** Host address of ports published without one. */
    publishAddress: string;
  };
  cgroupVersion: '1' | '2';
  /** Whether a hierarchy of cgroup v2 is mounted on /sys/fs/cgroup/unified, beside those of v1. */
  hybridCgroups: boolean;
  /** Who makes the cgroups of containers. */
  cgroupDriver: 'cgroupfs' | 'systemd';
  /** `cdi.specDirs` of pouchd.yaml. */
  cdiSpecDirs: readonly string[];
  /** containerd's namespace of the containers. */
  containerdNamespace: string;
  /** containerd's snapshotter that holds the containers' file systems. */
  snapshotter: string;
  /** `runtime.add` of pouchd.yaml. */
  addedRuntimes: Readonly<Record<string, AddedRuntimeFacts>>;
  /** Small static init executable for rich mode dumb-init and `init`; undefined when none is installed. */
  initPath?: string;
  /** Static busybox executable for rich mode supervised; undefined when none is installed. */
  busyboxPath?: string;
}

/** An address of `listen`, and what its clients need. */
export interface ListenFacts {
  /** `unix:///PATH` or `tcp://ADDRESS:PORT`. */
  url: string;
  /**
   * Absolute paths of PEM files; with `ca`, a client needs a certificate that it has signed, and with `names` one with
   * such a name.
   */
  tls?: { cert: string; key: string; ca?: string; names?: readonly string[] };
  /** Absolute path of the file with the secret that a client needs. */
  tokenFile?: string;
  /** Descriptor of a socket in pouchd that systemd listens on already, with its own mode and group. */
  fd?: number;
}

/** A runtime that pouchd.yaml adds: `binary` has runc's command line, `shim` is a containerd runtime type. */
export interface AddedRuntimeFacts {
  binary?: string;
  shim?: string;
  config?: string;
  typeUrl?: string;
  aliases?: readonly string[];
  lacks?: readonly string[];
}

/** Returns the plugin as it is; gives it its types. */
export function definePlugin<
  Options extends TSchema,
  Inject extends Requirements = Record<never, Token>,
  Provides extends Tokens = Record<never, Token>,
>(plugin: Plugin<Options, Inject, Provides>): Plugin<Options, Inject, Provides> {
  return plugin;
}
