import type { Generation } from './generation.ts';
import type { Contributed } from './load/Contributions.ts';

/** The part of a generation that has its drivers. */
export type Contributing = Pick<Generation, 'contributions'>;

type DriverPoint = 'volumeDriver' | 'networkDriver' | 'logDriver';

/**
 * Returns a function that has the drivers of a contribution point by their names. They are made once per generation.
 * @param own - of a driver, and the plugin that contributes it
 */
export function driversByName<Name extends DriverPoint, Owned>(
  point: Name,
  own: (plugin: string, driver: Contributed[Name]) => Owned,
): (generation: Contributing) => ReadonlyMap<string, Owned> {
  const known = new WeakMap<Generation['contributions'], ReadonlyMap<string, Owned>>();
  const driversIn = (contributions: Generation['contributions']) =>
    new Map(
      contributions.flatMap(({ plugin, contributed }) =>
        contributed.of(point).map((driver) => [driver.name, own(plugin, driver)] as const),
      ),
    );
  return ({ contributions }) => {
    const drivers = known.get(contributions) ?? driversIn(contributions);
    known.set(contributions, drivers);
    return drivers;
  };
}
