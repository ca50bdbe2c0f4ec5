import type { Socket } from 'node:net';
import { PouchError } from '../../../hooks/index.ts';
import type { Event } from '../gen/nri.ts';
import type { NriPlugin } from './NriPlugin.ts';

/** A plugin that pouchd has launched, and the connection that it has inherited. */
export interface Launched {
  readonly socket: Socket;
  readonly name: string;
  readonly config: string;
}

/** The NRI plugins at one socket, in the order in which they are called. */
export class NriPlugins {
  #all: readonly NriPlugin[] = [];

  #waiting: readonly Launched[] = [];
  #serve: ((launched: Launched) => void) | undefined;

  /** Serves the plugins that pouchd launches, also those that have been before. */
  serveLaunched(serve: ((launched: Launched) => void) | undefined): void {
    this.#serve = serve;
    if (!serve) return;
    for (const launched of this.#waiting) serve(launched);
    this.#waiting = [];
  }

  /** One that is launched before the server has started waits for it. */
  connect(launched: Launched): void {
    if (this.#serve) return this.#serve(launched);
    this.#waiting = [...this.#waiting, launched];
    launched.socket.once('close', () => {
      this.#waiting = this.#waiting.filter((one) => one !== launched);
    });
  }

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
      hint: 'start the plugin, or see in `pouch doctor` why one that pouchd launches does not connect; `pouch nri` lists all',
    });
  }
}

const byPlace = new Map<string, NriPlugins>();

/**
 * The plugins at a socket, or those that pouchd launches without one. Their connections outlast a reload of the
 * configuration, which sets the plugin `nri` up again: both versions work with the same ones.
 */
export function pluginsAt(socket: string | undefined): NriPlugins {
  const place = socket ?? '';
  const plugins = byPlace.get(place) ?? new NriPlugins();
  byPlace.set(place, plugins);
  return plugins;
}
