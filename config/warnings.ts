import { envName, settingPaths } from './schema/index.ts';
import { didYouMean } from './suggest.ts';
import type { PouchConfig } from './types.ts';

/** Returns warnings about valid settings that are probably unintended, or dangerous; one sentence each. */
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

/** Variables of pouchd that are not settings: `POUCHD_CONFIG` is the path of the file. */
const otherVariables = ['POUCHD_CONFIG'];

/** Returns a warning for each unknown POUCHD_… variable. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = [...settingPaths.map(envName).filter((name) => name !== undefined), ...otherVariables];
  return Object.keys(env)
    .filter((name) => name.startsWith('POUCHD_') && !known.includes(name))
    .map((name) => {
      const hint = didYouMean(name, known);
      return `unknown environment variable ${name} has no effect${hint ? `; ${hint}` : ''}`;
    });
}
