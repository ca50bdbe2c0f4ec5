/** Digits of a container's id with which the names of its anonymous volumes begin. */
export const ownVolumeDigits = 56;

/** Derived from the container's id, so that a plan can name it before anything exists. */
export function ownVolumeName(id: string, index: number): string {
  return `${id.slice(0, ownVolumeDigits)}${index.toString(16).padStart(8, '0')}`;
}
