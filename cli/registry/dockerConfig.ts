/** The configuration of the docker CLI, which Pouch shares: `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../errors.ts';
import { replaceFile } from '../replaceFile.ts';

export interface AuthEntry {
  /** `USER:PASSWORD` in base64. */
  auth?: string;
  identitytoken?: string;
}

/** The members that concern credentials; others are kept. */
export interface DockerConfig {
  auths?: Record<string, AuthEntry>;
  /** Name of the credential helper for all registries. */
  credsStore?: string;
  /** Names of credential helpers by registry. */
  credHelpers?: Record<string, string>;
  [other: string]: unknown;
}

type Environment = Record<string, string | undefined>;

export function configPath(env: Environment): string {
  return join(env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker'), 'config.json');
}

/**
 * Reads the configuration; empty without the file.
 * @throws CliError PCH_CREDENTIALS_INVALID, without the content, which has secrets
 */
export function readDockerConfig(env: Environment): DockerConfig {
  const path = configPath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unusable(path, (error as Error).message);
  }
  const config = parsed(text);
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw unusable(path, 'expected a JSON object');
  return config as DockerConfig;
}

/** Replaces the configuration at once, readable by its owner only. A link to it stays one. */
export function writeDockerConfig(env: Environment, config: DockerConfig): void {
  replaceFile(configPath(env), `${JSON.stringify(config, undefined, '\t')}\n`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the file.
    return undefined;
  }
}

function unusable(path: string, why: string): CliError {
  return new CliError(
    'PCH_CREDENTIALS_INVALID',
    `cannot read registry credentials from ${path}: ${why}`,
    'correct the file, or move it away and log in again',
  );
}
