import { optionError } from './OptionError.ts';
import { readTextFile } from './environment.ts';
import { splitOnce } from './keyValue.ts';

export interface SecurityOptions {
  options: string[];
  /** `systempaths=unconfined`: no paths are masked or read-only. */
  systemPathsUnconfined: boolean;
}

/**
 * Parses `--security-opt`. The file of a seccomp profile is on the client, so its content is sent.
 * @throws PCH_OPTION_INVALID
 */
export function parseSecurityOptions(texts: string[]): SecurityOptions {
  const isPaths = (text: string) => text === 'systempaths=unconfined';
  const options = texts.filter((text) => !isPaths(text)).map(withProfile);
  return { options, systemPathsUnconfined: texts.some(isPaths) };
}

function withProfile(text: string): string {
  const separator = /^[a-z-]+([=:])/.exec(text)?.[1] ?? '=';
  const [name, value] = splitOnce(text, separator);
  if (name !== 'seccomp') return text;
  if (value === undefined || value === '') {
    throw optionError('--security-opt seccomp', 'expected seccomp=unconfined or seccomp=FILE');
  }
  if (value === 'unconfined' || value === 'builtin') return `seccomp=${value}`;
  return `seccomp=${compactJson(value)}`;
}

function compactJson(path: string): string {
  const text = readTextFile('--security-opt seccomp', path);
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw optionError('--security-opt seccomp', `"${path}" is not valid JSON: ${reason}`);
  }
}
