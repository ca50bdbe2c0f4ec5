import { dirname } from 'node:path';
import {
  IntrospectionService,
  PluginsRequest,
  type Plugin,
  type ServerResponse,
} from '../gen/services/introspection.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export type { Plugin };
export type ServerInfo = ServerResponse;

/** Describes a containerd: its plugins, directories and snapshotters. */
export class IntrospectionClient {
  readonly #rpc: Rpc;
  #root: string | undefined;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Lists the plugins. A plugin with `initErr` is installed but cannot be used. */
  async plugins(filters: readonly string[] = [], options?: CallOptions): Promise<Plugin[]> {
    const request = PluginsRequest.create({ filters: [...filters] });
    return (await this.#rpc.unary(IntrospectionService.plugins, request, options)).plugins;
  }

  /** Returns containerd's uuid and, since containerd 1.7, its pid (0 before). */
  server(options?: CallOptions): Promise<ServerInfo> {
    return this.#rpc.unary(IntrospectionService.server, {}, options);
  }

  /**
   * Returns `root`, the directory of the persistent data, or undefined if the metadata plugin does not export it.
   * Cached.
   */
  async root(options?: CallOptions): Promise<string | undefined> {
    if (this.#root !== undefined) return this.#root;
    const [metadata] = await this.plugins(['type==io.containerd.metadata.v1'], options);
    const path = metadata?.exports['path'];
    return (this.#root = path && dirname(dirname(path)));
  }

  /** Returns the names of the snapshotters that can be used. */
  async snapshotters(options?: CallOptions): Promise<string[]> {
    const plugins = await this.plugins(['type==io.containerd.snapshotter.v1'], options);
    return plugins.filter((plugin) => plugin.initErr === undefined).map((plugin) => plugin.id);
  }
}
