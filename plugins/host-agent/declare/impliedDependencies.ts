import type { ContainerRequest } from '../../../hooks/index.ts';
import type { Dependency } from './declared.ts';
import type { ReadContainer } from './readContainer.ts';

/**
 * Adds the declared containers without which a container does not start: those whose namespaces it shares, or to which
 * it has a link.
 */
export function withImpliedDependencies(
  name: string,
  { request, dependsOn }: Pick<ReadContainer, 'request' | 'dependsOn'>,
  isDeclared: (name: string) => boolean,
): readonly Dependency[] {
  const known = new Set([name, ...dependsOn.map((dependency) => dependency.name)]);
  const implied = [...new Set(neededBy(request))].filter((other) => isDeclared(other) && !known.has(other));
  return [...dependsOn, ...implied.map((other): Dependency => ({ name: other, condition: 'started' }))];
}

function neededBy({ network, pidMode, ipcMode }: ContainerRequest): string[] {
  const shared = [network?.mode, pidMode, ipcMode].flatMap((mode) => {
    const [, other] = /^container:(.+)$/.exec(mode ?? '') ?? [];
    return other ?? [];
  });
  const linked = (network?.links ?? []).map((link) => link.split(':', 1)[0]!);
  return [...shared, ...linked];
}
