/** Declares what containers were made by hand, and takes them over. */
import type { AgentDeclarations } from '../../../client/wire.ts';
import { PouchError } from '../../../hooks/index.ts';
import type { AgentContext } from '../converge/agentContext.ts';
import type { DeclaredContainer, DeclaredHost } from '../declare/declared.ts';
import { labels } from '../labels.ts';
import { declarationOf } from './declarationOf.ts';
import { networkDeclaration, networksOf, volumeDeclaration, volumesOf } from './usedObjects.ts';

/** @throws PCH_CONTAINER_NOT_FOUND */
export async function declarationsOf(
  { containers, networks, volumes, config }: AgentContext,
  refs: readonly string[],
): Promise<AgentDeclarations> {
  const records = refs.map((ref) => containers.inspect(ref));
  const requests = records.map(({ request }) => request);
  const [usedNetworks, usedVolumes] = [networksOf(requests), volumesOf(requests)];
  const options = {
    complete: containers.complete.bind(containers),
    isSecretName: (name: string) => config.isSecretName(name),
  };
  return {
    Containers: records.map(({ name, request }) => declarationOf(name, request, options)),
    Networks: networks
      .list()
      .filter(({ name, predefined }) => !predefined && usedNetworks.has(name))
      .map((network) => networkDeclaration(network)),
    Volumes: (await volumes.list())
      .filter(({ name }) => usedVolumes.has(name))
      .map((volume) => volumeDeclaration(volume)),
  };
}

/**
 * Makes containers those of their declarations, whatever differs: the next converge changes that.
 * @throws PCH_CONTAINER_NOT_FOUND, PCH_CONFIG_INVALID for one that is not declared
 */
export async function take(
  { containers }: AgentContext,
  declared: DeclaredHost,
  refs: readonly string[],
): Promise<void> {
  const found = refs.map((ref) => {
    const { id, name } = containers.inspect(ref);
    return { id, declaration: declarationFor(declared, name) };
  });
  for (const { id, declaration } of found)
    await containers.update(id, {
      labels: {
        [labels.declared]: declaration.name,
        [labels.declaration]: '',
        [labels.onRemove]: declaration.onRemove,
      },
    });
}

function declarationFor({ containers }: DeclaredHost, name: string): DeclaredContainer {
  const declaration = containers.get(name);
  if (declaration) return declaration;
  throw new PouchError('PCH_CONFIG_INVALID', `expected a declaration of ${name} in force, found none`, {
    hint: `write what \`pouch adopt ${name}\` prints to a file of conf.d, and run \`pouch apply\``,
  });
}
