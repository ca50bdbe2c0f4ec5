import { hasCode } from '../../../hooks/index.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import type { HostState } from '../plan/hostState.ts';
import type { AgentContext } from './agentContext.ts';

/** What the host has now; waits for no container. */
export async function readState(
  { containers, networks, volumes, images }: AgentContext,
  declared: DeclaredHost,
): Promise<HostState> {
  const references = new Set([...declared.containers.values()].map(({ request }) => request.image));
  const [listed, ids] = await Promise.all([
    volumes.list(),
    Promise.all(
      [...references].map(async (reference) => [reference, await idOf(images, reference)] as const),
    ),
  ]);
  return {
    containers: containers.list({ all: true }),
    networks: networks.list(),
    volumes: listed,
    images: new Map(ids.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

async function idOf(images: AgentContext['images'], reference: string): Promise<string | undefined> {
  try {
    return (await images.get(reference)).id;
  } catch (error) {
    if (hasCode(error, 'PCH_IMAGE_NOT_FOUND', 'PCH_IMAGE_DAMAGED')) return undefined;
    throw error;
  }
}
