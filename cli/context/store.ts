/** The contexts of the user: `$POUCH_CONFIG/contexts/NAME.json`, readable by the user only. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseAddress, type TlsFiles } from '../../client/index.ts';
import { CliError, invalidOption } from '../errors.ts';
import { replaceFile } from '../replaceFile.ts';
import {
  defaultContext,
  type Environment,
  parseObject,
  readOptional,
  unusable,
  userFolder,
} from './current.ts';

/** An address of a daemon under a name, with all that is needed to connect to it. */
export interface Context {
  name: string;
  /** Empty: none. */
  description: string;
  host: string;
  tls?: TlsFiles;
  /** For the `Authorization` header. */
  token?: string;
}

/** Docker's rule. The name is that of the file, too. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.+-]{0,127}$/;

/** @throws OptionError for a name that no context can have */
export function checkContextName(name: string): void {
  if (name === defaultContext)
    throw invalidOption(
      'context',
      'another name',
      name,
      'the default context is what options and variables say',
    );
  if (!namePattern.test(name))
    throw invalidOption(
      'context',
      'letters, digits, "_", ".", "+" and "-", the first a letter or digit',
      name,
    );
}

export function contextPath(env: Environment, name: string): string {
  return join(userFolder(env), 'contexts', `${name}.json`);
}

/** @throws CliError PCH_CONTEXT_NOT_FOUND, PCH_CONTEXT_INVALID */
export function readContext(env: Environment, name: string, by = 'the command'): Context {
  const found = namePattern.test(name) ? readOptional(contextPath(env, name)) : undefined;
  if (found !== undefined) return contextOf(name, contextPath(env, name), found);
  throw new CliError(
    'PCH_CONTEXT_NOT_FOUND',
    `expected a context, found "${name}" (named by ${by}), which does not exist`,
    '`pouch context ls` lists them; --context default needs none',
  );
}

/** @throws CliError PCH_ALREADY_EXISTS */
export function checkIsNew(env: Environment, name: string): void {
  checkContextName(name);
  if (readOptional(contextPath(env, name)) === undefined) return;
  throw new CliError(
    'PCH_ALREADY_EXISTS',
    `a context named "${name}" exists already`,
    'choose another name, or change it by `pouch context update`',
  );
}

export function writeContext(env: Environment, { name, ...content }: Context): void {
  replaceFile(contextPath(env, name), `${JSON.stringify(content, undefined, 2)}\n`);
}

export function removeContext(env: Environment, name: string): void {
  rmSync(contextPath(env, name));
}

/** Sorted. A damaged one is listed, too: what reads it fails. */
export function contextNames(env: Environment): string[] {
  let files: string[];
  try {
    files = readdirSync(join(userFolder(env), 'contexts'));
  } catch {
    return [];
  }
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  return names.filter((name) => namePattern.test(name)).sort();
}

function contextOf(name: string, path: string, text: string): Context {
  const { description = '', host, tls, token } = parseObject(path, text);
  if (typeof description !== 'string') throw unusable(path, 'description: expected a text');
  if (typeof host !== 'string') throw unusable(path, 'host: expected an address');
  if (token !== undefined && typeof token !== 'string') throw unusable(path, 'token: expected a text');
  try {
    parseAddress(host);
  } catch (error) {
    throw unusable(path, `host: ${(error as Error).message}`);
  }
  return {
    name,
    description,
    host,
    ...(tls !== undefined && { tls: tlsOf(path, tls) }),
    ...(token !== undefined && { token }),
  };
}

function tlsOf(path: string, tls: unknown): TlsFiles {
  const isTexts =
    typeof tls === 'object' && tls !== null && Object.values(tls).every((text) => typeof text === 'string');
  if (!isTexts) throw unusable(path, 'tls: expected ca, cert and key as texts');
  const { ca, cert, key } = tls as TlsFiles;
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}
