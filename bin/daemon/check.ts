import { checkConfig, type CheckResult, loadConfig, type LoadOptions } from '../../config/index.ts';
import { locateIn } from '../../core/pluginConfig.ts';
import { checkPlugins, type PluginProblem } from '../../core/plugins/index.ts';
import { builtIns } from './builtIns.ts';

/** Output and exit code of `--check-config`: of the configuration and, if it is valid, of its plugins. */
export async function check(source: LoadOptions, trialCommand: readonly string[]): Promise<CheckResult> {
  const result = checkConfig(source);
  if (result.exitCode !== 0) return result;
  const loaded = loadConfig(source);
  const { plugins: entries, pluginTimeout: timeoutMs, cgroupParent } = loaded.config;
  const problems = await checkPlugins({
    builtIns,
    entries,
    trialCommand,
    timeoutMs,
    cgroupParent,
    locate: locateIn(loaded),
  });
  if (problems.length === 0) return result;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return { exitCode: 1, output: `${problems.map(line).join('\n')}\n\n${count}\n` };
}

function line({ plugin, origin, error: { code, message, hint } }: PluginProblem): string {
  const at = origin === undefined ? '' : `${origin}: `;
  return `${at}plugin ${plugin}: ${message}${hint === undefined ? '' : ` (${hint})`} (${code})`;
}
