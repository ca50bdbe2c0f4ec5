import type { OciIdMapping } from '../../hooks/oci.ts';

/** Returns the host id of a container's id; undefined if it is not mapped. */
export function hostId(id: number, mappings: readonly OciIdMapping[]): number | undefined {
  if (mappings.length === 0) return id;
  const mapping = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return mapping && mapping.hostID + id - mapping.containerID;
}

/** Whether a host id is mapped in the container. */
export function isMapped(id: number, mappings: readonly OciIdMapping[]): boolean {
  return mappings.some(({ hostID, size }) => id >= hostID && id < hostID + size);
}
