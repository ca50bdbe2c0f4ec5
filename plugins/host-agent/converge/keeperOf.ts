import type { ImageRemoval } from '../../../hooks/index.ts';
import type { DeclaredHost, DeclaredImage } from '../declare/declared.ts';
import type { AgentContext } from './agentContext.ts';
import { idOf } from './readState.ts';

/** Resolves to the declaration that protects an image, or a name of it, from a removal. */
export async function keeperOf(
  images: AgentContext['images'],
  declared: DeclaredHost,
  { references, deletes, image }: ImageRemoval,
): Promise<DeclaredImage | undefined> {
  const kept = [...declared.images.values()].filter(({ keep }) => keep);
  for (const one of kept) {
    const isGoing = deletes || references.some((name) => isNamed(name, one.name));
    if (isGoing && (await idOf(images, one.name)) === image.id) return one;
  }
  return undefined;
}

/** Whether a full name, `docker.io/library/debian:12`, is that of a reference as it is written. */
function isNamed(name: string, reference: string): boolean {
  return name === reference || name.endsWith(`/${reference}`);
}
