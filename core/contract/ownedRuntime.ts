import type { RuntimeProvider } from '../../hooks/runtime.ts';

/** A runtime, and the plugin that contributes it; that of a built-in plugin has none. */
export interface OwnedRuntime extends RuntimeProvider {
  readonly plugin?: string;
}
