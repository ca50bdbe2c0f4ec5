import { executePlugin } from './execute.ts';
import type { CniAttachment, CniNetwork, CniPluginConfig, CniResult, CniRuntimeConfig } from './types.ts';

/**
 * Attaches: runs ADD of the first plugin, which makes the interface, then of all others side by side. That is safe here
 * and saves the time of all but the slowest, because the others (portmap, firewall) only read the first one's result and
 * write rules of their own.
 * @throws PCH_CNI_PLUGIN_MISSING, PCH_CNI_FAILED
 */
export async function addNetwork(
  network: CniNetwork,
  attachment: CniAttachment,
  signal?: AbortSignal,
): Promise<CniResult> {
  const [first, ...others] = network.plugins;
  if (!first) throw new Error(`network ${network.name} has no plugins`);
  const answer = await executePlugin('ADD', pluginInput(network, first, attachment), attachment, signal);
  const result = JSON.parse(answer) as CniResult;
  await settleAll(
    others.map((plugin) =>
      executePlugin('ADD', pluginInput(network, plugin, attachment, result), attachment, signal),
    ),
  );
  return result;
}

/**
 * Detaches: runs DEL in reverse order with the values that ADD had. A failure does not keep the plugins after it from
 * being run; the first is thrown at the end.
 */
export async function deleteNetwork(
  network: CniNetwork,
  attachment: CniAttachment,
  result: CniResult | undefined,
  signal?: AbortSignal,
): Promise<void> {
  let failed: { error: unknown } | undefined;
  for (const plugin of network.plugins.toReversed()) {
    const input = pluginInput(network, plugin, attachment, result);
    try {
      await executePlugin('DEL', input, attachment, signal);
    } catch (error) {
      failed ??= { error };
    }
  }
  if (failed) throw failed.error;
}

/** The configuration a plugin reads (CNI spec, section 3, "deriving execution configuration from plugin configuration"). */
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

/** Waits for all, also when one has failed: an undo must not run beside an ADD that is still under way. */
async function settleAll(running: Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(running);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
