import { Container } from 'inversify';
import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { scopedLog } from '../run/scopedLog.ts';
import { attribute } from '../attribute.ts';
import { pluginModule } from './pluginModule.ts';
import type { Locate } from './pluginOptions.ts';
import { checkBuiltInOptions, checkOptions } from './pluginOptions.ts';
import type { PluginSlot } from './PluginSlot.ts';
import { tokens } from './tokens.ts';
import { within } from './within.ts';

/** What every plugin's setup gets of its surroundings. */
export interface Surroundings {
  /** Holds the services of the host; each plugin's container is a child of it. */
  readonly parent: Container;
  readonly log: Logger;
  readonly locate: Locate;
  readonly timeoutMs: number;
}

/**
 * Runs the setup of a checked plugin in a container of its own. Its contributions are closed afterwards, also when it
 * has failed or still runs after its deadline.
 */
export async function setUp(
  slot: PluginSlot,
  { parent, log, locate, timeoutMs }: Surroundings,
): Promise<void> {
  const { plugin, wanted } = slot;
  if (!plugin) return;
  const check = wanted.builtIn ? checkBuiltInOptions : checkOptions;
  const options = check(plugin, wanted.options, `${wanted.pointer ?? ''}/options`, locate);
  slot.container = new Container({ parent });
  await slot.container.loadAsync(pluginModule(plugin, options, scopedLog(log, { plugin: plugin.name })));
  slot.contributions = slot.container.get(tokens.contributions);
  const context = slot.container.get(tokens.context);
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
