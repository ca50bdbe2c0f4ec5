import type { CommandEntry } from '../commandEntry.ts';

const network: CommandEntry = {
  name: 'network',
  summary: 'Manage networks',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a network',
      load: () => import('../commands/networks/networkCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List networks',
      load: () => import('../commands/networks/networkList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more networks',
      load: () => import('../commands/networks/networkInspect.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more networks',
      load: () => import('../commands/networks/networkRemove.ts'),
    },
    {
      name: 'prune',
      summary: 'Remove all unused networks',
      load: () => import('../commands/networks/networkPrune.ts'),
    },
    {
      name: 'connect',
      summary: 'Connect a container to a network',
      load: () => import('../commands/networks/networkConnect.ts'),
    },
    {
      name: 'disconnect',
      summary: 'Disconnect a container from a network',
      load: () => import('../commands/networks/networkDisconnect.ts'),
    },
  ],
};

export const networkCommands: readonly CommandEntry[] = [network];
