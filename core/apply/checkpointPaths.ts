import { join } from 'node:path';

/** Where a container's checkpoints are. */
export function checkpointsDirectory(directory: string): string {
  return join(directory, 'checkpoints');
}

export interface CheckpointPaths {
  /** criu's images; a directory of that name exists only once they are complete. */
  images: string;
  /** While they are being written, or removed. */
  unfinished: string;
  /** criu's log, while it works. */
  work: string;
}

/** Names begin with a letter or digit, so that what is under way cannot be taken for one. */
export function checkpointPaths(directory: string, name: string): CheckpointPaths {
  const at = (file: string) => join(checkpointsDirectory(directory), file);
  return { images: at(name), unfinished: at(`.${name}.unfinished`), work: at(`.${name}.work`) };
}
