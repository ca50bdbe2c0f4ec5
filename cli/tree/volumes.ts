import type { CommandEntry } from '../commandEntry.ts';

const volume: CommandEntry = {
  name: 'volume',
  summary: 'Manage volumes',
  subcommands: [
    { name: 'create', summary: 'Create a volume', load: () => import('../commands/volumes/volumeCreate.ts') },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List volumes',
      load: () => import('../commands/volumes/volumeList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more volumes',
      load: () => import('../commands/volumes/volumeInspect.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more volumes',
      load: () => import('../commands/volumes/volumeRemove.ts'),
    },
    {
      name: 'prune',
      summary: 'Remove unused local volumes',
      load: () => import('../commands/volumes/volumePrune.ts'),
    },
  ],
};

export const volumeCommands: readonly CommandEntry[] = [volume];
