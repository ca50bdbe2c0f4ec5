import { didYouMean } from '../../../config/suggest.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Profile } from '../../../hooks/profile.ts';
import type { OwnedProfile } from '../../plugins/index.ts';

/** The plugin whose profiles are those of pouchd.yaml. */
const ofConfig = 'profiles';

/**
 * Returns the profiles with these names.
 * @throws PCH_PROFILE_NOT_FOUND with the names that exist; PCH_PROFILE_INVALID with what is wrong and its line
 */
export function chosenProfiles(
  names: readonly string[],
  all: ReadonlyMap<string, OwnedProfile>,
): OwnedProfile[] {
  return names.map((name) => usable(all.get(name) ?? unknown(name, [...all.keys()])));
}

interface WithProfiles {
  readonly profiles: ReadonlyMap<string, OwnedProfile>;
}

/** Returns a generation with other profiles in place of those of pouchd.yaml, if these are given. */
export function withProfiles<Generation extends WithProfiles>(
  generation: Generation,
  others: readonly Profile[] | undefined,
): Generation {
  if (!others) return generation;
  const ofPlugins = [...generation.profiles].filter(([, { plugin }]) => plugin !== ofConfig);
  const ofFiles = others.map((profile) => [profile.name, { plugin: ofConfig, profile }] as const);
  return { ...generation, profiles: new Map([...ofFiles, ...ofPlugins]) };
}

function usable(owned: OwnedProfile): OwnedProfile {
  const { plugin, profile } = owned;
  if (profile.problem === undefined) return owned;
  throw new PouchError(
    'PCH_PROFILE_INVALID',
    `the profile ${profile.name} cannot be used: ${profile.problem}`,
    {
      field: 'profiles',
      plugin,
      hint: 'fix it and reload pouchd, or leave it out',
    },
  );
}

function unknown(name: string, known: readonly string[]): never {
  const guess = didYouMean(name, [...known]);
  throw new PouchError(
    'PCH_PROFILE_NOT_FOUND',
    `expected a profile of this daemon, found "${name.slice(0, 100)}"${guess === undefined ? '' : ` (${guess})`}`,
    {
      field: 'profiles',
      hint:
        known.length > 0
          ? `its profiles are ${known.join(', ')}`
          : 'it has none: add them to the options of the plugin `profiles` in pouchd.yaml',
    },
  );
}
