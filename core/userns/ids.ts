import type { OciIdMapping } from '../../hooks/oci.ts';

/** The host's id for one of a container; undefined for one that it does not have. */
export function hostId(id: number, mappings: readonly OciIdMapping[]): number | undefined {
  if (mappings.length === 0) return id;
  const mapping = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return mapping && mapping.hostID + id - mapping.containerID;
}

/** Whether a host id is one of the container's. */
export function isMapped(id: number, mappings: readonly OciIdMapping[]): boolean {
  return mappings.some(({ hostID, size }) => id >= hostID && id < hostID + size);
}
