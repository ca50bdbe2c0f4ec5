import type { Engine } from '../engine.ts';

/**
 * Started after the daemon has recovered its containers, stopped before it ends. A reload of the configuration stops
 * it and starts the one of the new plugin generation. A surface that does not start quarantines its plugin; at a
 * reload the previous version of the plugin continues instead.
 */
export interface Surface {
  name: string;
  /**
   * `keep`: a reload leaves it running while its plugin has a surface of this name and the same options. For surfaces
   * with connected clients. `onDispose` of its plugin runs at the reload all the same. Missing: `replace`.
   */
  reload?: 'keep' | 'replace';
  /** pouchd does not start without it: it ends with the error of `start`. Missing: false. */
  required?: boolean;
  /** Whether the others start after it: for what must hold before users are served. Missing: false. */
  first?: boolean;
  /**
   * Has `pluginTimeout` of pouchd.yaml, 10 s by default. Listens here, not in `setup`: at a reload the next version is
   * set up while the previous one serves.
   * @param failed reports that the surface no longer serves: the plugin is quarantined, unless the surface is required
   */
  start(engine: Engine, failed: (error: unknown) => void): Promise<void>;
  /**
   * Resolves once what begins with the start is done, such as the first converge of the host agent. Users are served
   * meanwhile, but systemd starts units after pouchd only then, or after 5 minutes. Missing: nothing begins.
   * @param report takes what is under way, for `systemctl status pouchd`
   */
  settled?(report: (status: string) => void): Promise<void>;
  /** Called after each `start`, also after one that failed and during one when pouchd ends. Has `pluginTimeout`. */
  stop(): Promise<void>;
}
