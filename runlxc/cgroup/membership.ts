/** Reads the cgroups of a process, cgroups(7). */
import { readFileSync } from 'node:fs';

/** Paths by controller, by `name=…` for a hierarchy without controllers, and by '' for v2. */
export type Membership = ReadonlyMap<string, string>;

export function membershipOf(process: 'self' | number): Membership {
  return parseMembership(readFileSync(`/proc/${process}/cgroup`, 'utf8'));
}

export function parseMembership(text: string): Membership {
  const lines = text.split('\n').filter(Boolean);
  return new Map(
    lines.flatMap((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return controllers.split(',').map((name): [string, string] => [name, path.join(':')]);
    }),
  );
}
