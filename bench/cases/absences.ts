import { isMissing, type Missing, type Peer } from '../peers/peer.ts';

/** A line for each peer that could not take part. */
export function absences(peers: readonly (Peer | Missing)[]): string[] {
  return peers.filter(isMissing).map(({ name, missing }) => `${name} is not installed (${missing})`);
}
