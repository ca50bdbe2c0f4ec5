import type { ProgressMessage } from '../../client/index.ts';

/** Shows the progress of one operation. */
export interface ProgressView {
  update(message: ProgressMessage): void;
  /** Shows the final state. */
  end(): void;
}
