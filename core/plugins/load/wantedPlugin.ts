import type { PluginGrants, PluginLimits } from '../../../config/types.ts';
import type { FailurePolicy } from '../../../hooks/defineHook.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import type { PluginIsolation } from '../../../hooks/engine.ts';
import type { Script } from '../scripts/findScripts.ts';

/**
 * What is known of a plugin before it is loaded, from the list of built-in ones and from its entry in the
 * configuration.
 */
export interface WantedPlugin {
  /** Of the entry, the built-in plugin, or for a file its name without the extension until it is loaded. */
  readonly name: string;
  /** `built-in` or the file. */
  readonly source: string;
  readonly builtIn?: Plugin | undefined;
  readonly path?: string | undefined;
  /** Of one-shot scripts. */
  readonly script?: Script | undefined;
  readonly isolation: PluginIsolation;
  /** Of a process of its own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly limits?: PluginLimits | undefined;
  readonly grants?: PluginGrants | undefined;
  readonly enabled: boolean;
  /** It only plans, beside the one that serves under its name. */
  readonly isShadow?: boolean | undefined;
  readonly options: unknown;
  /** Why they could not be read when pouchd started. */
  readonly unread?: string | undefined;
  /** Names of options that are top-level sections of the configuration. */
  readonly sections?: readonly string[] | undefined;
  /** JSON pointer of its entry. */
  readonly pointer?: string | undefined;
  readonly origin?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly onError?: FailurePolicy | undefined;
}
