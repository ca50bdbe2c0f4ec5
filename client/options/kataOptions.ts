import { invalidOption } from './OptionError.ts';
import { parseKeyValues } from './keyValue.ts';

/** Sections of kata's configuration that annotations can set (kata, how-to-set-sandbox-config-kata.md). */
const sections = /^(hypervisor|runtime|agent)\.[a-z0-9_]+$/;
const wholeName = /^io\.katacontainers\.[a-z0-9_.]+$/;

/**
 * Converts `--kata-opt hypervisor.default_memory=4096` to kata's annotation; a full annotation name is not changed.
 * @throws PCH_OPTION_INVALID
 */
export function parseKataOptions(texts: string[]): Record<string, string> {
  const options = parseKeyValues('--kata-opt', texts, { valueRequired: true });
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [annotation(key), value]));
}

function annotation(key: string): string {
  if (wholeName.test(key)) return key;
  if (sections.test(key)) return `io.katacontainers.config.${key}`;
  if (key === 'config_path') return `io.katacontainers.${key}`;
  throw invalidOption('--kata-opt', 'hypervisor.NAME, runtime.NAME, agent.NAME or config_path', key);
}
