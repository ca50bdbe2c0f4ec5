import { absences, isMissing, type Missing, type Platform } from '../peers/peer.ts';
import type { Bench } from './case.ts';

/** Returns Pouch, docker and podman if installed, and a note for each that is not. */
export async function platforms({ peers }: Bench): Promise<{ present: Platform[]; notes: string[] }> {
  const all: (Platform | Missing)[] = [await peers.pouch(), await peers.docker(), await peers.podman()];
  return { present: all.filter((peer): peer is Platform => !isMissing(peer)), notes: absences(all) };
}
