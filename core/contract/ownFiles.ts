import type { ContainerDraft } from '../../hooks/draft.ts';

/**
 * Devices of which a container with users of its own gets nodes of its own: the host's belong to users that it does
 * not have, and nobody makes any in a user namespace. With `privileged` they stay the host's: those are all there
 * are, and nobody has asked for each.
 */
export function ownDevices({ devices, uidMappings, process }: ContainerDraft): ContainerDraft['devices'] {
  return uidMappings.length > 0 && !process.privileged ? devices : {};
}

/** Host path of one of the container's own files: `/etc/hosts` → `DIR/files/etc%2Fhosts`. */
export function ownFilePath(directory: string, destination: string): string {
  return `${directory}/files/${encodeURIComponent(destination.slice(1))}`;
}
