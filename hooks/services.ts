/** The services that a plugin can inject. Each is a token; a service and its token have one name. */
import type { DeclarationFile, LostFile } from './appliedFile.ts';
import type { Logger } from './defineHook.ts';
import type { HostFacts } from './definePlugin.ts';
import { engineServices } from './engine.ts';
import type { FileAccess } from './files.ts';
import { type ServicesOf, token } from './token.ts';

/** The time; tests replace it. */
export interface Clock {
  /** The time of day; it may be set back. */
  now(): Date;
  /** Milliseconds that only grow, for durations. */
  monotonic(): number;
}

/** pouchd.yaml as it is in force for a plugin: a reload loads the plugin again. */
export interface Config {
  /**
   * Value of a setting: `config.get('runtime.default')`. Sizes are bytes and durations are milliseconds. The options of
   * plugins are not among them.
   * @throws PCH_NOT_FOUND
   */
  get(setting: string): unknown;
  /** Its source: `/etc/pouch/pouchd.yaml:7`, a variable, a flag, or `default`. @throws PCH_NOT_FOUND */
  originOf(setting: string): string;
  /**
   * The sections of the files as they are now, in force or not.
   * @param applied a file whose declarations take the place of theirs, null for none; default: the one that was applied
   * @throws PCH_CONFIG_INVALID with every mistake, PCH_CONFIG_UNREADABLE if the one that was applied cannot be used
   */
  readAgain(applied?: DeclarationFile | null): Promise<ConfigSections>;
  /** Whether values of this name, of a variable or a label, are secrets by `secrets.names`. */
  isSecretName(name: string): boolean;
  /** Whether a text is, or contains, the content of a file that `${file:…}` names, which is not shown. */
  isSecretText(text: string): boolean;
  /** Why the files as they are now are not in force, as the last reload found; undefined if they are. */
  problemOfFiles(): string | undefined;
  /** The file that was applied, if the load of this configuration could not use it: then nothing is declared. */
  lostFile(): LostFile | undefined;
}

/** The sections of pouchd.yaml with what the host is to have. */
export interface ConfigSections {
  /** By section and name, as they are written: `sections.containers.web.image`. */
  sections: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  /** `FILE:LINE` of objects and their options by JSON pointer: `/containers/web/image`. */
  lines: Readonly<Record<string, string>>;
  /** Whether the files' other settings, and their entries of plugins, are those in force. */
  isRestInForce: boolean;
}

/** Token of the time, for `inject`. */
export const Clock = token<Clock>('clock');

/** Token of the settings of pouchd.yaml, for `inject`. */
export const Config = token<Config>('config');

/** Token of access to files that are not trusted, for `inject`. */
export const Files = token<FileAccess>('files');

/** Token of facts about the host and the daemon, for `inject`. */
export const Host = token<HostFacts>('host');
/** A plugin's own: its lines name the plugin. */
export const Log = token<Logger>('log');

/** Every token that a plugin may inject without naming a plugin. */
export const services = {
  ...engineServices,
  clock: Clock,
  config: Config,
  files: Files,
  host: Host,
  log: Log,
};

/** The service of each token of `services`, by its name. */
export type Services = ServicesOf<typeof services>;
