/** The services that a plugin can inject. Each is a token; a service and its token have one name. */
import type { Logger } from './defineHook.ts';
import type { HostFacts } from './definePlugin.ts';
import { engineServices } from './engine.ts';
import type { FileAccess } from './files.ts';
import { type ServicesOf, token } from './token.ts';

export interface Clock {
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
}

export const Clock = token<Clock>('clock');
export const Config = token<Config>('config');
export const Files = token<FileAccess>('files');
export const Host = token<HostFacts>('host');
/** A plugin's own: its lines name the plugin. */
export const Log = token<Logger>('log');

export const services = {
  ...engineServices,
  clock: Clock,
  config: Config,
  files: Files,
  host: Host,
  log: Log,
};

export type Services = ServicesOf<typeof services>;
