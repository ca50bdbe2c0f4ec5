import type { Command } from '../cli/command.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { kill } from './kill.ts';
import { run } from './run.ts';
import { start } from './start.ts';
import { state } from './state.ts';

/** By their names on the command line. */
export const commands: Readonly<Record<string, Command>> = {
  create,
  delete: remove,
  kill,
  run,
  start,
  state,
};
