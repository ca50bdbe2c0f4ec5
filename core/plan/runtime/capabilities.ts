import type { RuntimeProvider, RuntimeState } from '../../../hooks/runtime.ts';
import type { RuntimeCapabilities } from '../../../hooks/runtimeFeatures.ts';

/** What a runtime can do here: as it declares, less what its version or this host lacks. */
export function capabilitiesOf(runtime: RuntimeProvider, { limits }: RuntimeState): RuntimeCapabilities {
  return { ...runtime.capabilities, ...limits };
}
