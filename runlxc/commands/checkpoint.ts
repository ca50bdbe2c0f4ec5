import type { Command } from '../cli/command.ts';
import { RunlxcError } from '../cli/error.ts';

/**
 * LXC can checkpoint only containers whose root, mounts and terminal it has created itself; here runlxc-init creates
 * them.
 */
const refused: Command = {
  usage: '(not supported: LXC cannot dump a container whose mounts it has not created; use runc)',
  options: {},
  arguments: { min: 0, max: Infinity },
  run() {
    throw new RunlxcError(
      'checkpoint and restore: not supported by runlxc: LXC needs criu, and must have created the root file system and mounts itself; use runc',
    );
  },
};

export const checkpoint = refused;
export const restore = refused;
