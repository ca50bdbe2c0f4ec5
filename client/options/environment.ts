import { readFileSync } from 'node:fs';
import { invalidOption, optionError } from './OptionError.ts';
import { splitOnce } from './keyValue.ts';

type Environment = Record<string, string | undefined>;

/** `-e`: `NAME=VALUE`, or a bare `NAME` with the value in the caller's environment, if set. */
function parseEnv(flag: string, texts: string[], environment: Environment): string[] {
  return texts.map((text) => {
    const [name, value] = splitOnce(text, '=');
    if (name === '') throw invalidOption(flag, 'NAME=VALUE or NAME', text.slice(0, 1));
    const inherited = environment[name];
    return value === undefined && inherited !== undefined ? `${name}=${inherited}` : text;
  });
}

export interface EnvironmentFlags {
  env: string[];
  envFile: string[];
  secretEnv: string[];
  secretEnvFile: string[];
}

/** The variables of a container or an exec, and the names of those that are masked. Options win over files. */
export function environmentOf(
  flags: EnvironmentFlags,
  environment: Environment,
): { Env?: string[]; SecretEnv?: string[] } {
  const inFiles = (flag: string, paths: string[]) =>
    paths.flatMap((path) => readEnvFile(flag, path, environment));
  const files = inFiles('--env-file', flags.envFile);
  const secretFiles = inFiles('--secret-env-file', flags.secretEnvFile);
  const secret = parseEnv('--secret-env', flags.secretEnv, environment);
  const env = [...files, ...secretFiles, ...parseEnv('-e, --env', flags.env, environment), ...secret];
  const masked = [...secretFiles, ...secret].map((variable) => splitOnce(variable, '=')[0]);
  return {
    ...(env.length > 0 && { Env: env }),
    ...(masked.length > 0 && { SecretEnv: [...new Set(masked)] }),
  };
}

/**
 * `--env-file`: one `NAME=VALUE` per line, taken literally (no quotes, no continuation lines); `#` starts a comment
 * line. A bare `NAME` takes its value from the caller's environment, and is omitted if unset there.
 */
function readEnvFile(flag: string, path: string, environment: Environment): string[] {
  return readLines(flag, path).flatMap(({ text, number }) => {
    const line = text.trimStart();
    if (line === '' || line.startsWith('#')) return [];
    const [name, value] = splitOnce(line, '=');
    if (name === '' || /\s/.test(name)) {
      // The rest of the line may be a password.
      throw invalidOption(`${flag} ${path}:${number}`, 'NAME=VALUE without spaces in the name', name);
    }
    if (value !== undefined) return [line];
    return environment[name] === undefined ? [] : [`${name}=${environment[name]}`];
  });
}

/** `--label-file`: one `KEY=VALUE` or `KEY` per line. */
export function readLabelFile(flag: string, path: string): string[] {
  return readLines(flag, path)
    .map(({ text }) => text.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const maximumFile = 16 * 1024 * 1024;

function readLines(flag: string, path: string): { text: string; number: number }[] {
  const text = readTextFile(flag, path).replace(/^\uFEFF/, '');
  return text.split(/\r?\n/).map((line, index) => ({ text: line, number: index + 1 }));
}

/** Reads the file given by an option, at most 16 MiB. @throws PCH_OPTION_INVALID */
export function readTextFile(flag: string, path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw optionError(flag, `cannot read "${path}": ${reason}`);
  }
  if (bytes.length > maximumFile) throw invalidOption(flag, 'a file of at most 16 MiB', path);
  return bytes.toString('utf8');
}
