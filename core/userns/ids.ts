import type { OciIdMapping } from '../../hooks/oci.ts';

/** Returns the host id of a container's id; undefined if it is not mapped. */
export function hostId(id: number, mappings: readonly OciIdMapping[]): number | undefined {
  if (mappings.length === 0) return id;
  const mapping = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return mapping && mapping.hostID + id - mapping.containerID;
}

/** The host ids of a container's root; 0 for what is not mapped. */
export function rootIds(mappings: {
  uidMappings: readonly OciIdMapping[];
  gidMappings: readonly OciIdMapping[];
}): { uid: number; gid: number } {
  return { uid: hostId(0, mappings.uidMappings) ?? 0, gid: hostId(0, mappings.gidMappings) ?? 0 };
}

/** Returns the container's id of a host id; undefined if it has none. */
export function containerId(id: number, mappings: readonly OciIdMapping[]): number | undefined {
  const mapping = mappings.find(({ hostID, size }) => id >= hostID && id < hostID + size);
  return mapping && mapping.containerID + id - mapping.hostID;
}

/** Whether a host id is mapped in the container. */
export function isMapped(id: number, mappings: readonly OciIdMapping[]): boolean {
  return mappings.some(({ hostID, size }) => id >= hostID && id < hostID + size);
}
