import {
  createOptions,
  foregroundOptions,
  type OptionGroup,
  type RunOption,
} from '../../client/options/createOptions.ts';
import { limitEntries } from '../../client/index.ts';
import type { PouchCommand } from '../PouchCommand.ts';
import { collect } from './collect.ts';

/** The options of `create`; `run` and `plan run` take them too. */
export function addCreateOptions(command: PouchCommand): void {
  for (const group of createOptions) addGroup(command, group);
}

/** Adds the options of `run` only. */
export function addForegroundOptions(command: PouchCommand): void {
  addGroup(command, foregroundOptions);
}

/** Adds the limits that `update` can change. */
export function addLiveLimits(command: PouchCommand): void {
  for (const [, { option: flags, help, live }] of limitEntries) if (live) addOption(command, { flags, help });
}

function addGroup(command: PouchCommand, { title, options }: OptionGroup): void {
  command.optionsGroup(title);
  for (const option of options) addOption(command, option);
}

function addOption(command: PouchCommand, { flags, help, list, standard }: RunOption): void {
  if (list) command.option(flags, help, collect, []);
  else command.option(flags, help, standard);
}
