import type { Command } from '../cli/command.ts';
import { checkpoint, restore } from './checkpoint.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { events } from './events.ts';
import { exec } from './exec.ts';
import { features } from './features.ts';
import { kill } from './kill.ts';
import { list } from './list.ts';
import { pause, resume } from './pause.ts';
import { ps } from './ps.ts';
import { run } from './run.ts';
import { spec } from './spec.ts';
import { start } from './start.ts';
import { state } from './state.ts';
import { update } from './update.ts';

/** Commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  checkpoint,
  create,
  delete: remove,
  events,
  exec,
  features,
  kill,
  list,
  pause,
  ps,
  restore,
  resume,
  run,
  spec,
  start,
  state,
  update,
};
