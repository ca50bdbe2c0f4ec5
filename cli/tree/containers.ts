import type { CommandEntry } from '../commandEntry.ts';
import { checkpoint, device, mount, snapshot, svc } from './containerParts.ts';

const run: CommandEntry = {
  name: 'run',
  summary: 'Create and run a new container from an image',
  load: () => import('../commands/containers/run.ts'),
};

const create: CommandEntry = {
  name: 'create',
  summary: 'Create a new container',
  load: () => import('../commands/containers/create.ts'),
};

const start: CommandEntry = {
  name: 'start',
  summary: 'Start one or more stopped containers',
  load: () => import('../commands/containers/start.ts'),
};

const stop: CommandEntry = {
  name: 'stop',
  summary: 'Stop one or more running containers',
  load: () => import('../commands/containers/stop.ts'),
};

const restart: CommandEntry = {
  name: 'restart',
  summary: 'Restart one or more containers',
  load: () => import('../commands/containers/restart.ts'),
};

const reboot: CommandEntry = {
  name: 'reboot',
  summary: 'Reboot one or more rich containers by their init',
  load: () => import('../commands/containers/reboot.ts'),
};

const poweroff: CommandEntry = {
  name: 'poweroff',
  summary: 'Power off one or more rich containers by their init',
  load: () => import('../commands/containers/poweroff.ts'),
};

const kill: CommandEntry = {
  name: 'kill',
  summary: 'Kill one or more running containers',
  load: () => import('../commands/containers/kill.ts'),
};

const rm: CommandEntry = {
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove one or more containers',
  load: () => import('../commands/containers/rm.ts'),
};

const ps: CommandEntry = {
  name: 'ps',
  aliases: ['ls', 'list'],
  summary: 'List containers',
  load: () => import('../commands/containers/ps.ts'),
};

const logs: CommandEntry = {
  name: 'logs',
  summary: 'Fetch the logs of a container',
  load: () => import('../commands/containers/logs.ts'),
};

const exec: CommandEntry = {
  name: 'exec',
  summary: 'Execute a command in a running container',
  load: () => import('../commands/containers/exec.ts'),
};

const shell: CommandEntry = {
  name: 'shell',
  summary: 'Log in to a running container: the shell of a user, with its environment',
  load: () => import('../commands/containers/shell.ts'),
};

const attach: CommandEntry = {
  name: 'attach',
  summary: 'Attach local standard input, output, and error streams to a running container',
  load: () => import('../commands/containers/attach.ts'),
};

const console: CommandEntry = {
  name: 'console',
  summary: 'Connect to the console of a running rich container: what its init prints, from the boot on',
  load: () => import('../commands/containers/console.ts'),
};

const wait: CommandEntry = {
  name: 'wait',
  summary: 'Block until one or more containers stop, then print their exit codes',
  load: () => import('../commands/containers/wait.ts'),
};

const cp: CommandEntry = {
  name: 'cp',
  summary: 'Copy files between a container and the host',
  load: () => import('../commands/containers/cp.ts'),
};

const diff: CommandEntry = {
  name: 'diff',
  summary: "Show what a container has changed of its image's files",
  load: () => import('../commands/containers/diff.ts'),
};

const exportContainer: CommandEntry = {
  name: 'export',
  summary: "Export a container's root file system as a tar archive",
  load: () => import('../commands/containers/export.ts'),
};

const rename: CommandEntry = {
  name: 'rename',
  summary: 'Rename a container',
  load: () => import('../commands/containers/rename.ts'),
};

const update: CommandEntry = {
  name: 'update',
  summary: 'Update configuration of one or more containers',
  load: () => import('../commands/containers/update.ts'),
};

const reconcile: CommandEntry = {
  name: 'reconcile',
  summary: 'Plan degraded containers again, and apply what plugins that are back add',
  load: () => import('../commands/containers/reconcile.ts'),
};

const upgrade: CommandEntry = {
  name: 'upgrade',
  summary: 'Give a container another image, with its identity and its volumes',
  load: () => import('../commands/containers/upgrade.ts'),
};

const rollback: CommandEntry = {
  name: 'rollback',
  summary: 'Return the host to an earlier generation, or a container to what it was before its upgrade',
  load: () => import('../commands/containers/rollback.ts'),
};

const pause: CommandEntry = {
  name: 'pause',
  summary: 'Pause all processes within one or more containers',
  load: () => import('../commands/containers/pause.ts'),
};

const unpause: CommandEntry = {
  name: 'unpause',
  summary: 'Unpause all processes within one or more containers',
  load: () => import('../commands/containers/unpause.ts'),
};

const top: CommandEntry = {
  name: 'top',
  summary: 'Display the running processes of a container',
  load: () => import('../commands/containers/top.ts'),
};

const stats: CommandEntry = {
  name: 'stats',
  summary: 'Display a live stream of container(s) resource usage statistics',
  load: () => import('../commands/containers/stats.ts'),
};

const port: CommandEntry = {
  name: 'port',
  summary: 'List port mappings or a specific mapping for the container',
  load: () => import('../commands/containers/port.ts'),
  subcommands: [
    {
      name: 'add',
      summary: 'Publish ports of a container, also while it runs',
      load: () => import('../commands/ports/portAdd.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Publish ports of a container no longer',
      load: () => import('../commands/ports/portRemove.ts'),
    },
  ],
};

const lifecycle = [run, create, start, stop, restart, reboot, poweroff, kill, rm];
const others = [
  logs,
  exec,
  shell,
  console,
  attach,
  wait,
  rename,
  cp,
  diff,
  exportContainer,
  update,
  reconcile,
  upgrade,
  rollback,
  pause,
  unpause,
  top,
  stats,
  port,
];

/** `pouch container …`: the same commands, grouped by their object. */
const container: CommandEntry = {
  name: 'container',
  summary: 'Manage containers',
  subcommands: [
    ...lifecycle,
    { ...ps, name: 'ls', aliases: ['ps', 'list'] },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more containers',
      load: () => import('../commands/containers/containerInspect.ts'),
    },
    ...others,
    {
      name: 'prune',
      summary: 'Remove all stopped containers',
      load: () => import('../commands/containers/containerPrune.ts'),
    },
  ],
};

export const containerCommands: readonly CommandEntry[] = [
  ...lifecycle,
  ps,
  ...others,
  svc,
  device,
  mount,
  snapshot,
  checkpoint,
  container,
];
