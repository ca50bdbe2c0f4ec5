import { detachFromBridge } from './bridgeDetach.ts';
import { executePlugin } from './execute.ts';
import { settleAll } from '../settleAll.ts';
import type { CniAttachment, CniNetwork, CniPluginConfig, CniResult, CniRuntimeConfig } from './types.ts';

/**
 * Attaches a container: runs ADD of the first plugin, which creates the interface, then of all others concurrently,
 * to take only the time of the slowest. That is safe because the others (portmap, firewall) only read the first
 * plugin's result and write their own rules.
 * @throws PCH_CNI_PLUGIN_MISSING, PCH_CNI_FAILED
 */
export async function addNetwork(
  network: CniNetwork,
  attachment: CniAttachment,
  signal?: AbortSignal,
): Promise<CniResult> {
  const [first, ...others] = network.plugins;
  if (!first) throw new Error(`network ${network.name}: expected at least one plugin, found none`);
  const output = await executePlugin('ADD', pluginInput(network, first, attachment), attachment, signal);
  const result = JSON.parse(output) as CniResult;
  // An undo must not run while an ADD is in progress.
  await settleAll(
    others.map((plugin) =>
      executePlugin('ADD', pluginInput(network, plugin, attachment, result), attachment, signal),
    ),
  );
  return result;
}

/**
 * Detaches a container: runs DEL in reverse order with the values of ADD, that of the bridge without its program if
 * possible. Runs every plugin even if one fails, and throws the first failure at the end.
 */
export async function deleteNetwork(
  network: CniNetwork,
  attachment: CniAttachment,
  result: CniResult | undefined,
  signal?: AbortSignal,
): Promise<void> {
  let failed: { error: unknown } | undefined;
  for (const plugin of network.plugins.toReversed()) {
    try {
      if (await detachFromBridge(network, plugin, attachment, result, signal)) continue;
      const input = pluginInput(network, plugin, attachment, result);
      await executePlugin('DEL', input, attachment, signal);
    } catch (error) {
      failed ??= { error };
    }
  }
  if (failed) throw failed.error;
}

/** Returns a plugin's input (CNI spec, section 3, "deriving execution configuration from plugin configuration"). */
export function pluginInput(
  network: CniNetwork,
  plugin: CniPluginConfig,
  attachment: CniAttachment,
  prevResult?: CniResult,
): CniPluginConfig {
  const { capabilities, ...config } = plugin;
  const runtimeConfig = wantedValues(attachment.runtimeConfig, capabilities ?? {});
  return {
    cniVersion: network.cniVersion,
    name: network.name,
    ...config,
    ...(Object.keys(runtimeConfig).length > 0 && { runtimeConfig }),
    ...(prevResult && { prevResult }),
  };
}

function wantedValues(
  values: CniRuntimeConfig,
  capabilities: Partial<Record<keyof CniRuntimeConfig, true>>,
): CniRuntimeConfig {
  const entries = Object.entries(values).filter(([name]) => name in capabilities);
  return Object.fromEntries(entries);
}
