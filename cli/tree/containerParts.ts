import type { CommandEntry } from '../commandEntry.ts';

export const svc: CommandEntry = {
  name: 'svc',
  aliases: ['service'],
  summary: 'Manage the services inside rich containers',
  subcommands: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the services of a container, whatever its init',
      load: () => import('../commands/services/serviceList.ts'),
    },
    {
      name: 'status',
      summary: 'Show the state of a service',
      load: () => import('../commands/services/serviceStatus.ts'),
    },
    {
      name: 'start',
      summary: 'Start one or more services',
      load: () => import('../commands/services/serviceStart.ts'),
    },
    {
      name: 'stop',
      summary: 'Stop one or more services',
      load: () => import('../commands/services/serviceStop.ts'),
    },
    {
      name: 'restart',
      summary: 'Restart one or more services',
      load: () => import('../commands/services/serviceRestart.ts'),
    },
    {
      name: 'enable',
      summary: 'Have services start with their container',
      load: () => import('../commands/services/serviceEnable.ts'),
    },
    {
      name: 'disable',
      summary: 'Have services no longer start with their container',
      load: () => import('../commands/services/serviceDisable.ts'),
    },
    {
      name: 'logs',
      summary: 'Fetch the logs of a service',
      load: () => import('../commands/services/serviceLogs.ts'),
    },
  ],
};

export const device: CommandEntry = {
  name: 'device',
  summary: 'Manage the devices of containers, also while they run',
  subcommands: [
    {
      name: 'add',
      summary: 'Add devices of the host to a container',
      load: () => import('../commands/devices/deviceAdd.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the devices that a container was given',
      load: () => import('../commands/devices/deviceList.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Take devices away that a container was given',
      load: () => import('../commands/devices/deviceRemove.ts'),
    },
  ],
};

export const mount: CommandEntry = {
  name: 'mount',
  summary: 'Manage the mounts of containers, also while they run',
  subcommands: [
    {
      name: 'add',
      summary: 'Mount host paths or volumes in a container',
      load: () => import('../commands/mounts/mountAdd.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the mounts of a container',
      load: () => import('../commands/mounts/mountList.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Take mounts away that a container was given',
      load: () => import('../commands/mounts/mountRemove.ts'),
    },
  ],
};

export const snapshot: CommandEntry = {
  name: 'snapshot',
  summary: 'Manage snapshots of the root file systems of containers',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a snapshot of what a container has written, without its volumes',
      load: () => import('../commands/snapshots/snapshotCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the snapshots of a container',
      load: () => import('../commands/snapshots/snapshotList.ts'),
    },
    {
      name: 'restore',
      summary: 'Return the root file system of a container to a snapshot',
      load: () => import('../commands/snapshots/snapshotRestore.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more snapshots',
      load: () => import('../commands/snapshots/snapshotRemove.ts'),
    },
    {
      name: 'diff',
      summary: 'Show what has changed since a snapshot',
      load: () => import('../commands/snapshots/snapshotDiff.ts'),
    },
  ],
};

export const checkpoint: CommandEntry = {
  name: 'checkpoint',
  summary: 'Manage checkpoints',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a checkpoint from a running container',
      load: () => import('../commands/checkpoints/checkpointCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List checkpoints for a container',
      load: () => import('../commands/checkpoints/checkpointList.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more checkpoints',
      load: () => import('../commands/checkpoints/checkpointRemove.ts'),
    },
  ],
};
