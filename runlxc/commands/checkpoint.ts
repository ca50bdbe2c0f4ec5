import type { Command } from '../cli/command.ts';
import { RunlxcError } from '../cli/error.ts';

/** LXC's checkpoints know only containers whose root, mounts and terminal LXC has made; here runlxc-init makes them. */
const refused: Command = {
  usage: '(refused: LXC cannot dump a container whose mounts it has not made; use runc)',
  options: {},
  arguments: { min: 0, max: Infinity },
  run() {
    throw new RunlxcError(
      'checkpoint and restore: not supported by runlxc: LXC’s need criu and a container whose root file system and mounts LXC itself has made; use runc',
    );
  },
};

export const checkpoint = refused;
export const restore = refused;
