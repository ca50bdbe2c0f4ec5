import { quoteWord } from './quote.ts';

/** An environment, split by how a unit can pass it. */
export interface SplitEnvironment {
  /** `Environment=` lines of a unit. */
  settings: string[];
  /** `NAME=VALUE` entries that systemd rejects in a unit; env(1) sets them. */
  forEnvCommand: string[];
}

/**
 * systemd accepts names of letters, digits and `_`, and values whose only control characters are tab and newline
 * (env_name_is_valid and env_value_is_valid in src/basic/env-util.c of systemd 252); it drops other variables with a
 * warning.
 */
export function splitEnvironment(env: Record<string, string>): SplitEnvironment {
  const split: SplitEnvironment = { settings: [], forEnvCommand: [] };
  for (const [name, value] of Object.entries(env)) {
    const assignment = `${name}=${value}`;
    if (isPlainName(name) && !hasControls(value)) split.settings.push(`Environment=${quoteWord(assignment)}`);
    else split.forEnvCommand.push(assignment);
  }
  return split;
}

function isPlainName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

function hasControls(value: string): boolean {
  // eslint-disable-next-line no-control-regex -- matches control characters on purpose
  return /[\u0001-\u0008\u000b-\u001f\u007f]/.test(value);
}
