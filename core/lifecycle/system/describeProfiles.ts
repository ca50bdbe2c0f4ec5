import type { ProfileInfo } from '../../../hooks/engine.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Every profile, by name. */
export function describeProfiles({ generations, secrets }: EngineContext): ProfileInfo[] {
  return [...generations.current.profiles.values()]
    .map(({ plugin, profile: { name, origin, problem, parts } }) => ({
      name,
      plugin,
      ...(origin !== undefined && { origin }),
      ...(problem !== undefined && { problem }),
      options: parts.map(({ option, shown, origin: line }) => ({
        option,
        // Keys of maps such as `env` are names of secrets, or not.
        value: secrets.data(shown, ['args']),
        ...(line !== undefined && { origin: line }),
      })),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
