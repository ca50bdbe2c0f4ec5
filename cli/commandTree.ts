import type { CommandEntry } from './commandEntry.ts';

const run: CommandEntry = {
  name: 'run',
  summary: 'Make a container from an image and run it',
  load: () => import('./commands/containers/run.ts'),
};
const create: CommandEntry = {
  name: 'create',
  summary: 'Make a container without starting it',
  load: () => import('./commands/containers/create.ts'),
};
const start: CommandEntry = {
  name: 'start',
  summary: 'Start stopped containers',
  load: () => import('./commands/containers/start.ts'),
};
const stop: CommandEntry = {
  name: 'stop',
  summary: 'Stop running containers',
  load: () => import('./commands/containers/stop.ts'),
};
const restart: CommandEntry = {
  name: 'restart',
  summary: 'Stop and start containers',
  load: () => import('./commands/containers/restart.ts'),
};
const kill: CommandEntry = {
  name: 'kill',
  summary: 'Send a signal to running containers',
  load: () => import('./commands/containers/kill.ts'),
};
const rm: CommandEntry = {
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove containers',
  load: () => import('./commands/containers/rm.ts'),
};
const ps: CommandEntry = {
  name: 'ps',
  aliases: ['ls', 'list'],
  summary: 'List containers',
  load: () => import('./commands/containers/ps.ts'),
};
const logs: CommandEntry = {
  name: 'logs',
  summary: "Show a container's output",
  load: () => import('./commands/containers/logs.ts'),
};
const exec: CommandEntry = {
  name: 'exec',
  summary: 'Run a command in a running container',
  load: () => import('./commands/containers/exec.ts'),
};
const attach: CommandEntry = {
  name: 'attach',
  summary: "Connect to a running container's streams",
  load: () => import('./commands/containers/attach.ts'),
};
const wait: CommandEntry = {
  name: 'wait',
  summary: 'Wait until containers have ended, print their exit codes',
  load: () => import('./commands/containers/wait.ts'),
};
const rename: CommandEntry = {
  name: 'rename',
  summary: 'Give a container another name',
  load: () => import('./commands/containers/rename.ts'),
};
const update: CommandEntry = {
  name: 'update',
  summary: 'Change limits and restart policy of containers',
  load: () => import('./commands/containers/update.ts'),
};
const pause: CommandEntry = {
  name: 'pause',
  summary: 'Freeze all processes of containers',
  load: () => import('./commands/containers/pause.ts'),
};
const unpause: CommandEntry = {
  name: 'unpause',
  summary: 'Let frozen containers go on',
  load: () => import('./commands/containers/unpause.ts'),
};
const top: CommandEntry = {
  name: 'top',
  summary: "List a container's processes",
  load: () => import('./commands/containers/top.ts'),
};
const stats: CommandEntry = {
  name: 'stats',
  summary: 'Show what containers use, live',
  load: () => import('./commands/containers/stats.ts'),
};
const port: CommandEntry = {
  name: 'port',
  summary: "List a container's published ports",
  load: () => import('./commands/containers/port.ts'),
};
const pull: CommandEntry = {
  name: 'pull',
  summary: 'Fetch an image from a registry',
  load: () => import('./commands/images/pull.ts'),
};
const imageList: CommandEntry = {
  name: 'images',
  summary: 'List images',
  load: () => import('./commands/images/images.ts'),
};
const rmi: CommandEntry = {
  name: 'rmi',
  summary: 'Remove images',
  load: () => import('./commands/images/rmi.ts'),
};
const tag: CommandEntry = {
  name: 'tag',
  summary: 'Give an image another name',
  load: () => import('./commands/images/tag.ts'),
};
const history: CommandEntry = {
  name: 'history',
  summary: "Show an image's layers",
  load: () => import('./commands/images/history.ts'),
};
const save: CommandEntry = {
  name: 'save',
  summary: 'Write images to a tar archive',
  load: () => import('./commands/images/save.ts'),
};
const load: CommandEntry = {
  name: 'load',
  summary: 'Read images from a tar archive',
  load: () => import('./commands/images/load.ts'),
};

const checkpoint: CommandEntry = {
  name: 'checkpoint',
  summary: 'Keep what running containers are, to start them from there',
  subcommands: [
    {
      name: 'create',
      summary: 'Write a checkpoint of a running container, and end it',
      load: () => import('./commands/checkpoints/checkpointCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the checkpoints of a container',
      load: () => import('./commands/checkpoints/checkpointList.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove checkpoints',
      load: () => import('./commands/checkpoints/checkpointRemove.ts'),
    },
  ],
};

/** `pouch container …`: the same commands, sorted under their noun. */
const container: CommandEntry = {
  name: 'container',
  summary: 'Commands on containers',
  subcommands: [
    run,
    create,
    start,
    stop,
    restart,
    kill,
    rm,
    { ...ps, name: 'ls', aliases: ['ps', 'list'] },
    {
      name: 'inspect',
      summary: 'Show everything about containers',
      load: () => import('./commands/containers/containerInspect.ts'),
    },
    logs,
    exec,
    attach,
    wait,
    rename,
    update,
    pause,
    unpause,
    top,
    stats,
    port,
    {
      name: 'prune',
      summary: 'Remove all stopped containers',
      load: () => import('./commands/containers/containerPrune.ts'),
    },
  ],
};

const image: CommandEntry = {
  name: 'image',
  summary: 'Commands on images',
  subcommands: [
    { ...imageList, name: 'ls', aliases: ['list', 'images'] },
    { ...rmi, name: 'rm', aliases: ['remove'] },
    {
      name: 'inspect',
      summary: 'Show everything about images',
      load: () => import('./commands/images/imageInspect.ts'),
    },
    {
      name: 'bootstrap',
      summary: "Make a base image from a distribution's packages",
      load: () => import('./commands/images/imageBootstrap.ts'),
    },
    { name: 'prune', summary: 'Remove unused images', load: () => import('./commands/images/imagePrune.ts') },
    pull,
    tag,
    history,
    save,
    load,
  ],
};

const volume: CommandEntry = {
  name: 'volume',
  summary: 'Commands on volumes',
  subcommands: [
    { name: 'create', summary: 'Make a volume', load: () => import('./commands/volumes/volumeCreate.ts') },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List volumes',
      load: () => import('./commands/volumes/volumeList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Show everything about volumes',
      load: () => import('./commands/volumes/volumeInspect.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove volumes',
      load: () => import('./commands/volumes/volumeRemove.ts'),
    },
    {
      name: 'prune',
      summary: 'Remove unused anonymous volumes',
      load: () => import('./commands/volumes/volumePrune.ts'),
    },
  ],
};

const plan: CommandEntry = {
  name: 'plan',
  summary: 'Show what a command would do, without doing it',
  subcommands: [
    {
      name: 'run',
      summary: 'Show spec, effects and runtime of a `pouch run`',
      load: () => import('./commands/plans/planRun.ts'),
    },
  ],
};

const runtime: CommandEntry = {
  name: 'runtime',
  summary: 'Commands on runtimes',
  subcommands: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List runtimes, and why one cannot be used',
      load: () => import('./commands/runtimes/runtimeList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Show what runtimes can do on this host',
      load: () => import('./commands/runtimes/runtimeInspect.ts'),
    },
  ],
};

/** Every command of `pouch`, in the order of the overview. */
export const commandTree: CommandEntry[] = [
  ...inGroup('Containers:', [
    run,
    create,
    start,
    stop,
    restart,
    kill,
    rm,
    ps,
    logs,
    exec,
    attach,
    wait,
    rename,
    update,
    pause,
    unpause,
    top,
    stats,
    port,
    checkpoint,
    container,
  ]),
  ...inGroup('Images:', [pull, imageList, rmi, tag, history, save, load, image]),
  ...inGroup('Volumes:', [volume]),
  ...inGroup('Plans and the daemon:', [
    plan,
    {
      name: 'explain',
      summary: "Show who set each field of a container's spec",
      load: () => import('./commands/plans/explain.ts'),
    },
    {
      name: 'inspect',
      summary: 'Show everything about containers, images or volumes',
      load: () => import('./commands/system/inspect.ts'),
    },
    runtime,
    {
      name: 'doctor',
      summary: 'Find out what a runtime is missing on this host, and how to mend it',
      load: () => import('./commands/system/doctor.ts'),
    },
    { name: 'ops', summary: 'List running operations', load: () => import('./commands/plans/ops.ts') },
    { name: 'events', summary: 'Follow what happens', load: () => import('./commands/system/events.ts') },
    {
      name: 'info',
      summary: 'Show the state of the daemon',
      load: () => import('./commands/system/info.ts'),
    },
    { name: 'version', summary: 'Show versions', load: () => import('./commands/system/version.ts') },
    {
      name: 'completion',
      summary: 'Print a completion script for a shell',
      load: () => import('./commands/system/completion.ts'),
    },
  ]),
];

function inGroup(group: string, entries: CommandEntry[]): CommandEntry[] {
  return entries.map((entry) => ({ ...entry, group }));
}
