import { hasCode } from '../../../hooks/index.ts';
import type { DeclaredHost } from '../declare/declared.ts';
import type { HostState } from '../plan/hostState.ts';
import type { AgentContext } from './agentContext.ts';

/** What the host has now; waits for no container. */
export async function readState(
  { containers, networks, volumes, images, book }: AgentContext,
  declared: DeclaredHost,
): Promise<HostState> {
  const ownImages = book.removable;
  const needed = [...declared.containers.values()].map(({ request }) => request.image);
  const references = new Set([...needed, ...declared.images.keys(), ...ownImages]);
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
    ownImages,
    images: new Map(ids.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

/** The id of an image that the host has; undefined without it, and for a damaged one. */
export async function idOf(images: AgentContext['images'], reference: string): Promise<string | undefined> {
  try {
    return (await images.get(reference)).id;
  } catch (error) {
    if (hasCode(error, 'PCH_IMAGE_NOT_FOUND', 'PCH_IMAGE_DAMAGED')) return undefined;
    throw error;
  }
}
