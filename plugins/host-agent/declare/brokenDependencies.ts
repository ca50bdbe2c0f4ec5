import type { BrokenObject, DeclaredContainer } from './declared.ts';

type Containers = ReadonlyMap<string, Pick<DeclaredContainer, 'name' | 'dependsOn' | 'request'>>;

/** The containers that wait for one that is not declared, or for themselves by way of others. */
export function brokenDependencies(
  containers: Containers,
  locate: (name: string) => string | undefined,
): BrokenObject[] {
  return [...containers.values()].flatMap(({ name, dependsOn }): BrokenObject[] => {
    const fault = faultOf({ name, dependsOn }, containers);
    return fault === undefined
      ? []
      : [{ kind: 'container', name, problem: problemOf(name, locate(name), fault) }];
  });
}

function faultOf(
  { name, dependsOn }: Pick<DeclaredContainer, 'name' | 'dependsOn'>,
  containers: Containers,
): string | undefined {
  const unknown = dependsOn.find((dependency) => !containers.has(dependency.name));
  if (unknown) return `expected declared containers, found ${unknown.name}`;
  const cycle = cycleOf(name, containers);
  if (cycle) return `expected no cycle, found ${cycle.join(' → ')}`;
  const unprobed = dependsOn.find(
    ({ name: other, condition }) =>
      condition === 'healthy' && containers.get(other)?.request.healthcheck?.test?.[0] === 'NONE',
  );
  return unprobed && unprobedFault(unprobed.name);
}

function problemOf(name: string, where: string | undefined, fault: string): string {
  return `${where === undefined ? '' : `${where}: `}containers.${name}.dependsOn: ${fault}`;
}

/** Of a container that waits for the health of one that nothing checks. */
export function unprobedProblem(
  { name, origin, originOf }: Pick<DeclaredContainer, 'name' | 'origin' | 'originOf'>,
  other: string,
): string {
  return problemOf(name, originOf('dependsOn') ?? origin, unprobedFault(other));
}

function unprobedFault(other: string): string {
  return `expected a container with a health check for healthy, found ${other}, which has none (give it health-cmd, or an image with a HEALTHCHECK, or wait for started)`;
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
