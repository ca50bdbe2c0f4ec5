import type { BrokenObject, DeclaredContainer } from './declared.ts';

type Containers = ReadonlyMap<string, Pick<DeclaredContainer, 'name' | 'dependsOn' | 'request'>>;

/** The containers that wait for one that is not declared, or for themselves by way of others. */
export function brokenDependencies(
  containers: Containers,
  locate: (name: string) => string | undefined,
): BrokenObject[] {
  return [...containers.values()].flatMap(({ name, dependsOn }): BrokenObject[] => {
    const unknown = dependsOn.find((dependency) => !containers.has(dependency.name));
    const cycle = unknown ? undefined : cycleOf(name, containers);
    if (!unknown && !cycle) return [];
    const found = unknown ? unknown.name : cycle!.join(' → ');
    const expected = unknown ? 'declared containers' : 'no cycle';
    const where = locate(name);
    const problem = `${where === undefined ? '' : `${where}: `}containers.${name}.dependsOn: expected ${expected}, found ${found}`;
    return [{ kind: 'container', name, problem }];
  });
}

/** A way from a container to itself. */
function cycleOf(name: string, containers: Containers): string[] | undefined {
  const seen = new Set<string>();
  const walk = (at: string, path: readonly string[]): string[] | undefined => {
    for (const { name: next } of containers.get(at)?.dependsOn ?? []) {
      if (next === name) return [...path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...path, next]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(name, [name]);
}
