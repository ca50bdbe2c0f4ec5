import satisfies from 'semver/functions/satisfies.js';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { type ErrorCode, PouchError } from '../../../hooks/errors.ts';
import { services as engineTokens } from '../../../hooks/services.ts';
import { conditions, type Token, tokenName } from '../../../hooks/token.ts';
import { version as ownVersion } from '../../version.ts';
import type { PluginVersion } from './PluginVersion.ts';

/** A service that a plugin injects. */
export interface Need {
  readonly token: Token;
  readonly range: string | undefined;
  readonly isOptional: boolean;
}

/** A plugin that may provide it. */
export interface Candidate {
  readonly name: string;
  readonly active: boolean;
  readonly version: PluginVersion | undefined;
  /** Of a disabled built-in plugin, which has no version. */
  readonly wanted?: { readonly builtIn?: Plugin | undefined; readonly enabled: boolean };
  readonly error?: PouchError | undefined;
}

const ownTokens = new Set<Token>(Object.values(engineTokens));

export function needsOf({ inject = {} }: Plugin): Need[] {
  return Object.values(inject).map((wanted) => {
    const { token, range, isOptional = false } = conditions(wanted);
    return { token, range, isOptional };
  });
}

/** Returns the plugin that provides a service: the active one, if several declare it. */
export function providerOf<Provider extends Candidate>(
  { token }: Need,
  candidates: readonly Provider[],
): Provider | undefined {
  const all = candidates.filter((candidate) => tokensOf(candidate).includes(token));
  return all.find(({ active }) => active) ?? all[0];
}

export function tokensOf({ version, wanted }: Candidate): Token[] {
  return Object.values((version?.plugin ?? wanted?.builtIn)?.provides ?? {});
}

/**
 * Returns why a plugin cannot have a service that it injects.
 * @param isBound whether the service is one of the engine, or a stand-in of a test
 */
export function unmet(
  consumer: string,
  need: Need,
  candidates: readonly Candidate[],
  isBound: boolean,
): PouchError | undefined {
  if (isBound)
    return ownTokens.has(need.token) ? otherVersion(consumer, need, 'Pouch', ownVersion) : undefined;
  const provider = providerOf(need, candidates);
  if (provider?.active)
    return otherVersion(consumer, need, `plugin ${provider.name}`, provider.version?.plugin.version);
  return need.isOptional ? undefined : missing(consumer, need, provider);
}

function otherVersion(
  consumer: string,
  { token, range }: Need,
  provider: string,
  found = '0.0.0',
): PouchError | undefined {
  if (range === undefined || satisfies(found, range)) return undefined;
  return fault(
    'PCH_SERVICE_VERSION',
    consumer,
    `plugin ${consumer} injects the service ${tokenName(token)} in version ${range}, and ${provider} provides ${found}`,
    `install a version of ${provider} in that range, or a version of plugin ${consumer} that works with ${found}`,
  );
}

function missing(consumer: string, { token }: Need, provider: Candidate | undefined): PouchError {
  const wants = `plugin ${consumer} injects the service ${tokenName(token)}`;
  if (!provider)
    return fault(
      'PCH_SERVICE_MISSING',
      consumer,
      `${wants}, which no plugin provides`,
      `add the plugin that provides it to \`plugins\` in pouchd.yaml, fix it if it is quarantined, or inject optional(…); the engine has ${engineServices()}`,
    );
  const { name, wanted, error } = provider;
  if (wanted?.enabled === false)
    return fault(
      'PCH_SERVICE_MISSING',
      consumer,
      `${wants} of plugin ${name}, which is disabled`,
      `enable plugin ${name}, or disable plugin ${consumer} too`,
    );
  return withoutProvider(consumer, name, error);
}

/** The error of a plugin whose provider has failed. */
export function withoutProvider(
  consumer: string,
  provider: string,
  reason: PouchError | undefined,
): PouchError {
  return fault(
    'PCH_SERVICE_MISSING',
    consumer,
    `plugin ${consumer} needs a service of plugin ${provider}, which is quarantined: ${reason?.message}`,
    `fix plugin ${provider} and reload pouchd`,
  );
}

function engineServices(): string {
  return [...ownTokens].map(tokenName).sort().join(', ');
}

function fault(code: ErrorCode, plugin: string, message: string, hint: string): PouchError {
  return new PouchError(code, message, { plugin, hint });
}
