import type { Container } from 'inversify';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { Log } from '../../../hooks/services.ts';
import { scopedLog } from '../run/scopedLog.ts';
import { attribute } from '../attribute.ts';
import { containerWith, serviceOf } from '../services.ts';
import { Contributions } from './Contributions.ts';
import { pluginContext } from './pluginContext.ts';
import type { Locate } from './pluginOptions.ts';
import { checkBuiltInOptions, checkOptions } from './pluginOptions.ts';
import type { PluginSlot } from './PluginSlot.ts';
import { within } from './within.ts';

/** What every plugin's setup gets of its surroundings. */
export interface Surroundings {
  /** Holds the services; each plugin's container is a child of it. */
  readonly container: Container;
  readonly locate: Locate;
  readonly timeoutMs: number;
}

/**
 * Runs the setup of a checked plugin in a container of its own. Its contributions are closed afterwards, also when it
 * has failed or still runs after its deadline.
 */
export async function setUp(slot: PluginSlot, { container, locate, timeoutMs }: Surroundings): Promise<void> {
  const { plugin, wanted } = slot;
  if (!plugin) return;
  const check = wanted.builtIn ? checkBuiltInOptions : checkOptions;
  const options = check(plugin, wanted.options, `${wanted.pointer ?? ''}/options`, locate);
  const log = scopedLog(serviceOf(container, Log), { plugin: plugin.name });
  slot.container = containerWith({ log }, container);
  slot.contributions = new Contributions(plugin.name, { isBuiltIn: wanted.builtIn !== undefined });
  const context = pluginContext(plugin, options, slot.container, slot.contributions);
  try {
    await within(timeoutMs, `setup of plugin ${plugin.name}`, async () => plugin.setup(context));
  } catch (error) {
    throw setupFailed(error, plugin.name);
  } finally {
    slot.contributions.seal();
  }
}

function setupFailed(error: unknown, plugin: string): PouchError {
  if (error instanceof PouchError) return attribute(error, { plugin });
  const message = `setup of plugin ${plugin} failed: ${messageOf(error)}`;
  return new PouchError('PCH_PLUGIN_LOAD', message, { plugin, cause: error });
}
