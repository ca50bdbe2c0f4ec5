import { token } from '../token.ts';

/** Options of a new checkpoint. */
export interface CheckpointOptions {
  leaveRunning?: boolean;
}

/** What criu has written of a container's processes, to start it from. */
export interface Checkpoints {
  /** Ends the container unless `leaveRunning`; it runs on if this fails. */
  create(ref: string, name: string, options?: CheckpointOptions): Promise<void>;
  /** Names of the container's checkpoints. @throws PCH_CONTAINER_NOT_FOUND */
  list(ref: string): Promise<string[]>;
  /** Removes a checkpoint and its files. @throws PCH_NOT_FOUND */
  remove(ref: string, name: string): Promise<void>;
}

/** Token of the engine's checkpoints, for `inject`. */
export const Checkpoints = token<Checkpoints>('checkpoints');
