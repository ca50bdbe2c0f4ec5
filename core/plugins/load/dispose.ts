import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf } from '../../../hooks/errors.ts';
import type { PluginSlot } from './PluginSlot.ts';
import { within } from './within.ts';

/** Runs what a plugin has registered with onDispose, last first, and lets go of its container. Never throws. */
export async function disposePlugin(slot: PluginSlot, log: Logger, timeoutMs: number): Promise<void> {
  for (const run of (slot.contributions?.disposers ?? []).toReversed()) {
    try {
      await within(timeoutMs, 'onDispose', async () => run());
    } catch (error) {
      log.warn('a plugin failed to clean up', { plugin: slot.name, error: messageOf(error) });
    }
  }
  await slot.container?.unbindAllAsync();
  slot.container = undefined;
}
