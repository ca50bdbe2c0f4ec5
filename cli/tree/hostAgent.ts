import type { CommandEntry } from '../commandEntry.ts';

const apply: CommandEntry = {
  name: 'apply',
  summary: 'Make the host what its files declare',
  load: () => import('../commands/agent/apply.ts'),
};

const status: CommandEntry = {
  name: 'status',
  summary: 'Show declared objects that are not as declared',
  load: () => import('../commands/agent/status.ts'),
};

const drift: CommandEntry = {
  name: 'drift',
  summary: 'Show what was changed by hand since the last apply',
  load: () => import('../commands/agent/drift.ts'),
};

const adopt: CommandEntry = {
  name: 'adopt',
  summary: 'Print the declaration of containers that were made by hand',
  load: () => import('../commands/agent/adopt.ts'),
};

const config: CommandEntry = {
  name: 'config',
  summary: 'Show and check the configuration files of pouchd',
  subcommands: [
    {
      name: 'show',
      summary: 'Print all settings as the files have them',
      load: () => import('../commands/config/show.ts'),
    },
    {
      name: 'check',
      summary: 'Report every mistake in the files with its line',
      load: () => import('../commands/config/check.ts'),
    },
    {
      name: 'convert',
      summary: 'Print a compose file, or what docker inspect has printed, as pouchd.yaml has it',
      load: () => import('../commands/config/convert.ts'),
    },
  ],
};

export const agentCommands: readonly CommandEntry[] = [apply, status, drift, adopt, config];
