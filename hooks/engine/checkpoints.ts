import { token } from '../token.ts';

export interface CheckpointOptions {
  leaveRunning?: boolean;
}

/** What criu has written of a container's processes, to start it from. */
export interface Checkpoints {
  /** Ends the container unless `leaveRunning`; it runs on if this fails. */
  create(ref: string, name: string, options?: CheckpointOptions): Promise<void>;
  list(ref: string): Promise<string[]>;
  remove(ref: string, name: string): Promise<void>;
}

export const Checkpoints = token<Checkpoints>('checkpoints');
