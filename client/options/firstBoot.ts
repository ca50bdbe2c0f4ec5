import type { FirstBootFields } from '../wire.ts';
import { readTextFile } from './environment.ts';
import { parseInteger } from './number.ts';
import { invalidOption, optionError } from './OptionError.ts';
import type { CreateFlags } from './runFlags.ts';

/**
 * Returns what a container gets at its first start.
 * @throws PCH_OPTION_INVALID
 */
export function firstBootFields(flags: CreateFlags): FirstBootFields {
  if (flags.sshUser !== undefined && flags.sshKey.length === 0)
    throw optionError('--ssh-user', 'expected a key for it, found none: add --ssh-key');
  const keys = flags.sshKey.flatMap((value) => keysOf(value, flags.sshUser ?? 'root'));
  const file = (option: string, path: string) => readTextFile(option, path.replace(/^@/, ''));
  return {
    ...(keys.length > 0 && { SshKeys: keys }),
    ...(flags.sshPort !== undefined && { SshPort: portOf(flags.sshPort) }),
    ...(flags.timezone !== undefined && { Timezone: flags.timezone }),
    ...(flags.userData !== undefined && { UserData: file('--user-data', flags.userData) }),
    ...(flags.metaData !== undefined && { MetaData: file('--meta-data', flags.metaData) }),
    ...(flags.networkConfig !== undefined && {
      NetworkConfig: file('--network-config', flags.networkConfig),
    }),
  };
}

function portOf(text: string): number {
  return parseInteger('--ssh-port', text, { minimum: 1, maximum: 65_535 });
}

const option = '--ssh-key';

/** `[USER:]KEY`, where KEY is a key, or the path of a file with one key per line, after `@` or not. */
function keysOf(value: string, otherwise: string): NonNullable<FirstBootFields['SshKeys']> {
  const [, user = otherwise, what = value] = /^([a-z_][a-z0-9_-]*):(.+)$/s.exec(value) ?? [];
  if (isKey(what)) return [{ User: user, Key: what.trim() }];
  if (/\s/.test(what.trim())) throw invalidOption(option, 'a public key, or the path of a file with one', '');
  const path = what.replace(/^@/, '');
  const lines = readTextFile(option, path)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw optionError(option, `expected a public key in ${path}, found none`);
  if (lines.some((line) => line.includes('PRIVATE KEY')))
    throw optionError(option, `expected a public key in ${path}, found a private one: use ${path}.pub`);
  return lines.map((line) => ({ User: user, Key: line }));
}

function isKey(text: string): boolean {
  return /^(ssh|ecdsa|sk)-[^\s/]+\s+\S/.test(text.trim());
}
