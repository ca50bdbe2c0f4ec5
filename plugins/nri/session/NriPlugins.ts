import { PouchError } from '../../../hooks/index.ts';
import type { Event } from '../gen/nri.ts';
import type { NriPlugin } from './NriPlugin.ts';

/** The NRI plugins at one socket, in the order in which they are called. */
export class NriPlugins {
  #all: readonly NriPlugin[] = [];

  get all(): readonly NriPlugin[] {
    return this.#all;
  }

  /** @throws PCH_NRI_REFUSED if one of its name is connected */
  add(plugin: NriPlugin): void {
    if (this.has(plugin.name))
      throw new PouchError('PCH_NRI_REFUSED', `an NRI plugin ${plugin.name} is connected already`, {
        hint: 'stop that one, or register with another index or name',
      });
    // By index, which has two digits, and then by name.
    this.#all = [...this.#all, plugin].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  remove(plugin: NriPlugin): void {
    this.#all = this.#all.filter((one) => one !== plugin);
  }

  has(name: string): boolean {
    return this.#all.some((plugin) => plugin.name === name);
  }

  /** Names of those that have subscribed to one of the events. */
  subscribed(...events: Event[]): string[] {
    return this.#all.filter((plugin) => plugin.wants(...events)).map(({ name }) => name);
  }

  /** @throws PCH_NRI_NOT_CONNECTED */
  get(name: string): NriPlugin {
    const plugin = this.#all.find((one) => one.name === name);
    if (plugin) return plugin;
    throw new PouchError('PCH_NRI_NOT_CONNECTED', `the NRI plugin ${name} is not connected`, {
      hint: 'start the plugin; `pouch nri` lists those that are connected',
    });
  }
}

const bySocket = new Map<string, NriPlugins>();

/**
 * The plugins at a socket. Their connections outlast a reload of the configuration, which sets the plugin `nri` up
 * again: both versions work with the same ones.
 */
export function pluginsAt(socket: string): NriPlugins {
  const plugins = bySocket.get(socket) ?? new NriPlugins();
  bySocket.set(socket, plugins);
  return plugins;
}
