import { createHash } from 'node:crypto';

/** The id of a predefined network: it has none of its own, and clients expect 64 hex digits that do not change. */
export function predefinedNetworkId(name: string): string {
  return createHash('sha256').update(`network ${name}`).digest('hex');
}
