/**
 * Which context a command uses. Commands that use none read one file, `currentContext` of
 * `$POUCH_CONFIG/config.json`, or nothing if an option or a variable names the daemon.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../errors.ts';
import { replaceFile } from '../replaceFile.ts';

export type Environment = Record<string, string | undefined>;

/** The daemon that options and variables name, or the default socket. */
export const defaultContext = 'default';

/** The folder of the user's files: `~/.pouch`. */
export function userFolder(env: Environment): string {
  return env['POUCH_CONFIG'] || join(env['HOME'] || homedir(), '.pouch');
}

/**
 * The name of the context, and what names it, for messages. As with Docker, an address precedes a context that a
 * variable or `context use` names.
 * @throws CliError PCH_CONTEXT_INVALID
 */
export function currentContext(
  { context, host }: { context?: string; host?: string },
  env: Environment,
): { name: string; by: string } {
  if (context !== undefined) return { name: context, by: '--context' };
  if (host !== undefined || env['POUCH_HOST']) return { name: defaultContext, by: 'the address' };
  for (const variable of ['POUCH_CONTEXT', 'DOCKER_CONTEXT']) {
    const name = env[variable];
    if (name) return { name, by: variable };
  }
  return { name: chosenContext(env) ?? defaultContext, by: '`pouch context use`' };
}

/** What `context use` has chosen. @throws CliError PCH_CONTEXT_INVALID */
export function chosenContext(env: Environment): string | undefined {
  const name = readSettings(env)['currentContext'];
  if (name === undefined || typeof name === 'string') return name || undefined;
  throw unusable(configPath(env), 'currentContext: expected a name');
}

/** Members that it does not know stay in the file. @throws CliError PCH_CONTEXT_INVALID */
export function chooseContext(env: Environment, name: string): void {
  const { currentContext: _, ...others } = readSettings(env);
  const settings = name === defaultContext ? others : { ...others, currentContext: name };
  replaceFile(configPath(env), `${JSON.stringify(settings, undefined, 2)}\n`);
}

function configPath(env: Environment): string {
  return join(userFolder(env), 'config.json');
}

function readSettings(env: Environment): Record<string, unknown> {
  const path = configPath(env);
  const text = readOptional(path);
  return text === undefined ? {} : parseObject(path, text);
}

/** Undefined if the file does not exist. @throws CliError PCH_CONTEXT_INVALID */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unusable(path, message);
  }
}

/** Messages do not quote the text, which may have keys. @throws CliError PCH_CONTEXT_INVALID */
export function parseObject(path: string, text: string): Record<string, unknown> {
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw unusable(path, 'expected a JSON object');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function unusable(path: string, why: string): CliError {
  return new CliError(
    'PCH_CONTEXT_INVALID',
    `cannot use ${path}: ${why}`,
    'correct or remove the file; --host needs none',
  );
}
