import { envName, settingPaths } from './schema/index.ts';
import { didYouMean } from './suggest.ts';
import type { PouchConfig } from './types.ts';

/** What works, but is probably not meant, or is meant and dangerous; one sentence each. */
export function warningsOf(config: PouchConfig, env: NodeJS.ProcessEnv): string[] {
  return [...unknownVariables(env), ...openAddresses(config)];
}

function openAddresses({ listen }: PouchConfig): string[] {
  return listen
    .filter((address) => address.kind === 'tcp' && address.insecure)
    .map(
      ({ url }) =>
        `listen ${url} is insecure: every local user and process that connects is root on this host`,
    );
}

/** Variables of pouchd that are not settings: which file to read (`POUCHD_CONFIG`). */
const otherVariables = ['POUCHD_CONFIG'];

/** A warning for each POUCHD_… variable that means nothing. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = [...settingPaths.map(envName).filter((name) => name !== undefined), ...otherVariables];
  return Object.keys(env)
    .filter((name) => name.startsWith('POUCHD_') && !known.includes(name))
    .map((name) => {
      const hint = didYouMean(name, known);
      return `the environment variable ${name} is no setting and has no effect${hint ? `; ${hint}` : ''}`;
    });
}
