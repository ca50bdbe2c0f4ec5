import { createHash } from 'node:crypto';

/**
 * The chain ids of a stack of layers, bottom first (image-spec config.md, "Layer ChainID"): the key under which
 * containerd's clients commit the snapshot of a layer and all below it.
 */
export function chainIds(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : sha256(`${below} ${diffId}`));
  }
  return chain;
}

/** The digest of some bytes, as `sha256:…`. */
export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
