import type { BrokenObject, DeclaredContainer, Dependency } from './declared.ts';

type Declaration = DeclaredContainer & { readonly replicas?: number };

/** The containers of declarations: those with replicas are `web-1`, `web-2` and so on. */
export function withReplicas(
  declarations: ReadonlyMap<string, Declaration>,
  locate: (name: string) => string | undefined,
  broken: BrokenObject[],
): Map<string, DeclaredContainer> {
  const containers = new Map<string, DeclaredContainer>();
  const dependenciesOf = ({ dependsOn }: Declaration): Dependency[] =>
    dependsOn.flatMap((dependency) =>
      namesOf(dependency.name, declarations.get(dependency.name)?.replicas).map((name) => ({
        ...dependency,
        name,
      })),
    );
  for (const declaration of declarations.values()) {
    const { name, replicas, ...rest } = declaration;
    const names = namesOf(name, replicas);
    const taken = replicas === undefined ? undefined : names.find((one) => declarations.has(one));
    if (taken !== undefined) {
      const where = locate(name);
      const problem = `${where === undefined ? '' : `${where}: `}containers.${name}.replicas: expected names that no other container has, found ${taken}`;
      broken.push({ kind: 'container', name, problem });
      continue;
    }
    for (const one of names)
      containers.set(one, {
        ...rest,
        name: one,
        request: { ...rest.request, name: one },
        dependsOn: dependenciesOf(declaration),
        ...(replicas !== undefined && { replicaOf: name }),
      });
  }
  return containers;
}

function namesOf(name: string, replicas: number | undefined): string[] {
  if (replicas === undefined) return [name];
  return Array.from({ length: replicas }, (_, index) => `${name}-${index + 1}`);
}
