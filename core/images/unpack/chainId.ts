import { createHash } from 'node:crypto';

/**
 * Returns the chain ids of layers, lowest first (image-spec config.md, "Layer ChainID"). containerd's clients use
 * them as keys of the snapshots of a layer and all layers below it.
 */
export function chainIds(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : sha256(`${below} ${diffId}`));
  }
  return chain;
}

/** Returns the digest of the bytes as `sha256:…`. */
export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
