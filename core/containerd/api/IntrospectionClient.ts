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

/** What a containerd is made of. */
export class IntrospectionClient {
  readonly #rpc: Rpc;
  #root: string | undefined;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Its plugins; one with `initErr` is there but cannot be used. */
  async plugins(filters: readonly string[] = [], options?: CallOptions): Promise<Plugin[]> {
    const request = PluginsRequest.create({ filters: [...filters] });
    return (await this.#rpc.unary(IntrospectionService.plugins, request, options)).plugins;
  }

  /** Its uuid, and since containerd 1.7 its pid (0 before). */
  server(options?: CallOptions): Promise<ServerInfo> {
    return this.#rpc.unary(IntrospectionService.server, {}, options);
  }

  /** The directory with its persistent data, its `root`; undefined if its metadata plugin does not tell. Asked once. */
  async root(options?: CallOptions): Promise<string | undefined> {
    if (this.#root !== undefined) return this.#root;
    const [metadata] = await this.plugins(['type==io.containerd.metadata.v1'], options);
    const path = metadata?.exports['path'];
    return (this.#root = path && dirname(dirname(path)));
  }

  /** Names of the snapshotters that work. */
  async snapshotters(options?: CallOptions): Promise<string[]> {
    const plugins = await this.plugins(['type==io.containerd.snapshotter.v1'], options);
    return plugins.filter((plugin) => plugin.initErr === undefined).map((plugin) => plugin.id);
  }
}
