import type { CommandEntry } from './commandEntry.ts';

const run: CommandEntry = {
  name: 'run',
  summary: 'Create and run a new container from an image',
  load: () => import('./commands/containers/run.ts'),
};
const create: CommandEntry = {
  name: 'create',
  summary: 'Create a new container',
  load: () => import('./commands/containers/create.ts'),
};
const start: CommandEntry = {
  name: 'start',
  summary: 'Start one or more stopped containers',
  load: () => import('./commands/containers/start.ts'),
};
const stop: CommandEntry = {
  name: 'stop',
  summary: 'Stop one or more running containers',
  load: () => import('./commands/containers/stop.ts'),
};
const restart: CommandEntry = {
  name: 'restart',
  summary: 'Restart one or more containers',
  load: () => import('./commands/containers/restart.ts'),
};
const reboot: CommandEntry = {
  name: 'reboot',
  summary: 'Reboot one or more rich containers by their init',
  load: () => import('./commands/containers/reboot.ts'),
};
const poweroff: CommandEntry = {
  name: 'poweroff',
  summary: 'Power off one or more rich containers by their init',
  load: () => import('./commands/containers/poweroff.ts'),
};
const kill: CommandEntry = {
  name: 'kill',
  summary: 'Kill one or more running containers',
  load: () => import('./commands/containers/kill.ts'),
};
const rm: CommandEntry = {
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove one or more containers',
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
  summary: 'Fetch the logs of a container',
  load: () => import('./commands/containers/logs.ts'),
};
const exec: CommandEntry = {
  name: 'exec',
  summary: 'Execute a command in a running container',
  load: () => import('./commands/containers/exec.ts'),
};
const shell: CommandEntry = {
  name: 'shell',
  summary: 'Log in to a running container: the shell of a user, with its environment',
  load: () => import('./commands/containers/shell.ts'),
};
const attach: CommandEntry = {
  name: 'attach',
  summary: 'Attach local standard input, output, and error streams to a running container',
  load: () => import('./commands/containers/attach.ts'),
};
const console: CommandEntry = {
  name: 'console',
  summary: 'Connect to the console of a running rich container: what its init prints, from the boot on',
  load: () => import('./commands/containers/console.ts'),
};
const wait: CommandEntry = {
  name: 'wait',
  summary: 'Block until one or more containers stop, then print their exit codes',
  load: () => import('./commands/containers/wait.ts'),
};
const cp: CommandEntry = {
  name: 'cp',
  summary: 'Copy files between a container and the host',
  load: () => import('./commands/containers/cp.ts'),
};
const diff: CommandEntry = {
  name: 'diff',
  summary: "Show what a container has changed of its image's files",
  load: () => import('./commands/containers/diff.ts'),
};
const exportContainer: CommandEntry = {
  name: 'export',
  summary: "Export a container's root file system as a tar archive",
  load: () => import('./commands/containers/export.ts'),
};
const rename: CommandEntry = {
  name: 'rename',
  summary: 'Rename a container',
  load: () => import('./commands/containers/rename.ts'),
};
const update: CommandEntry = {
  name: 'update',
  summary: 'Update configuration of one or more containers',
  load: () => import('./commands/containers/update.ts'),
};
const reconcile: CommandEntry = {
  name: 'reconcile',
  summary: 'Plan degraded containers again, and apply what plugins that are back add',
  load: () => import('./commands/containers/reconcile.ts'),
};
const upgrade: CommandEntry = {
  name: 'upgrade',
  summary: 'Give a container another image, with its identity and its volumes',
  load: () => import('./commands/containers/upgrade.ts'),
};
const rollback: CommandEntry = {
  name: 'rollback',
  summary: 'Return the host to an earlier generation, or a container to what it was before its upgrade',
  load: () => import('./commands/containers/rollback.ts'),
};
const pause: CommandEntry = {
  name: 'pause',
  summary: 'Pause all processes within one or more containers',
  load: () => import('./commands/containers/pause.ts'),
};
const unpause: CommandEntry = {
  name: 'unpause',
  summary: 'Unpause all processes within one or more containers',
  load: () => import('./commands/containers/unpause.ts'),
};
const top: CommandEntry = {
  name: 'top',
  summary: 'Display the running processes of a container',
  load: () => import('./commands/containers/top.ts'),
};
const stats: CommandEntry = {
  name: 'stats',
  summary: 'Display a live stream of container(s) resource usage statistics',
  load: () => import('./commands/containers/stats.ts'),
};
const port: CommandEntry = {
  name: 'port',
  summary: 'List port mappings or a specific mapping for the container',
  load: () => import('./commands/containers/port.ts'),
  subcommands: [
    {
      name: 'add',
      summary: 'Publish ports of a container, also while it runs',
      load: () => import('./commands/ports/portAdd.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Publish ports of a container no longer',
      load: () => import('./commands/ports/portRemove.ts'),
    },
  ],
};
const pull: CommandEntry = {
  name: 'pull',
  summary: 'Download an image from a registry',
  load: () => import('./commands/images/pull.ts'),
};
const push: CommandEntry = {
  name: 'push',
  summary: 'Upload an image to a registry',
  load: () => import('./commands/images/push.ts'),
};
const imageList: CommandEntry = {
  name: 'images',
  summary: 'List images',
  load: () => import('./commands/images/images.ts'),
};
const rmi: CommandEntry = {
  name: 'rmi',
  summary: 'Remove one or more images',
  load: () => import('./commands/images/rmi.ts'),
};
const tag: CommandEntry = {
  name: 'tag',
  summary: 'Create a tag for an image',
  load: () => import('./commands/images/tag.ts'),
};
const history: CommandEntry = {
  name: 'history',
  summary: 'Show the history of an image, or what was applied to the host',
  load: () => import('./commands/images/history.ts'),
};
const save: CommandEntry = {
  name: 'save',
  summary: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  load: () => import('./commands/images/save.ts'),
};
const load: CommandEntry = {
  name: 'load',
  summary: 'Load an image from a tar archive or STDIN',
  load: () => import('./commands/images/load.ts'),
};
const importImage: CommandEntry = {
  name: 'import',
  summary: 'Make an image from the root file system of a host',
  load: () => import('./commands/images/import.ts'),
};

const build: CommandEntry = {
  name: 'build',
  summary: 'Build an image from a Dockerfile',
  load: () => import('./commands/images/build.ts'),
};

const builder: CommandEntry = {
  name: 'builder',
  summary: 'Manage builds',
  subcommands: [
    build,
    {
      name: 'prune',
      summary: 'Remove the build cache',
      load: () => import('./commands/builder/builderPrune.ts'),
    },
  ],
};

const commit: CommandEntry = {
  name: 'commit',
  summary: "Create a new image from a container's changes",
  load: () => import('./commands/images/commit.ts'),
};

const checkpoint: CommandEntry = {
  name: 'checkpoint',
  summary: 'Manage checkpoints',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a checkpoint from a running container',
      load: () => import('./commands/checkpoints/checkpointCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List checkpoints for a container',
      load: () => import('./commands/checkpoints/checkpointList.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more checkpoints',
      load: () => import('./commands/checkpoints/checkpointRemove.ts'),
    },
  ],
};

const mount: CommandEntry = {
  name: 'mount',
  summary: 'Manage the mounts of containers, also while they run',
  subcommands: [
    {
      name: 'add',
      summary: 'Mount host paths or volumes in a container',
      load: () => import('./commands/mounts/mountAdd.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the mounts of a container',
      load: () => import('./commands/mounts/mountList.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Take mounts away that a container was given',
      load: () => import('./commands/mounts/mountRemove.ts'),
    },
  ],
};

const device: CommandEntry = {
  name: 'device',
  summary: 'Manage the devices of containers, also while they run',
  subcommands: [
    {
      name: 'add',
      summary: 'Add devices of the host to a container',
      load: () => import('./commands/devices/deviceAdd.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the devices that a container was given',
      load: () => import('./commands/devices/deviceList.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Take devices away that a container was given',
      load: () => import('./commands/devices/deviceRemove.ts'),
    },
  ],
};

const snapshot: CommandEntry = {
  name: 'snapshot',
  summary: 'Manage snapshots of the root file systems of containers',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a snapshot of what a container has written, without its volumes',
      load: () => import('./commands/snapshots/snapshotCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the snapshots of a container',
      load: () => import('./commands/snapshots/snapshotList.ts'),
    },
    {
      name: 'restore',
      summary: 'Return the root file system of a container to a snapshot',
      load: () => import('./commands/snapshots/snapshotRestore.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more snapshots',
      load: () => import('./commands/snapshots/snapshotRemove.ts'),
    },
    {
      name: 'diff',
      summary: 'Show what has changed since a snapshot',
      load: () => import('./commands/snapshots/snapshotDiff.ts'),
    },
  ],
};

const effects: CommandEntry = {
  name: 'effects',
  summary: 'Manage what containers have changed on the host',
  subcommands: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the effects of a container, with their plugins',
      load: () => import('./commands/effects/effectsList.ts'),
    },
    {
      name: 'why',
      summary:
        'Show which plugin planned an effect, where, with what arguments, and since when it is applied',
      load: () => import('./commands/effects/effectsWhy.ts'),
    },
    {
      name: 'gc',
      summary: 'Undo effects on the host that belong to no container any more',
      load: () => import('./commands/effects/effectsGc.ts'),
    },
    {
      name: 'drop',
      summary: 'Give up effects of plugins that cannot be undone, and print what stays on the host',
      load: () => import('./commands/effects/effectsDrop.ts'),
    },
  ],
};

/** `pouch container …`: the same commands, grouped by their object. */
const container: CommandEntry = {
  name: 'container',
  summary: 'Manage containers',
  subcommands: [
    run,
    create,
    start,
    stop,
    restart,
    reboot,
    poweroff,
    kill,
    rm,
    { ...ps, name: 'ls', aliases: ['ps', 'list'] },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more containers',
      load: () => import('./commands/containers/containerInspect.ts'),
    },
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
    {
      name: 'prune',
      summary: 'Remove all stopped containers',
      load: () => import('./commands/containers/containerPrune.ts'),
    },
  ],
};

const image: CommandEntry = {
  name: 'image',
  summary: 'Manage images',
  subcommands: [
    { ...imageList, name: 'ls', aliases: ['list', 'images'] },
    { ...rmi, name: 'rm', aliases: ['remove'] },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more images',
      load: () => import('./commands/images/imageInspect.ts'),
    },
    {
      name: 'bootstrap',
      summary: "Create a base image from a distribution's packages",
      load: () => import('./commands/images/imageBootstrap.ts'),
    },
    build,
    { name: 'prune', summary: 'Remove unused images', load: () => import('./commands/images/imagePrune.ts') },
    pull,
    push,
    tag,
    history,
    save,
    load,
    importImage,
  ],
};

const volume: CommandEntry = {
  name: 'volume',
  summary: 'Manage volumes',
  subcommands: [
    { name: 'create', summary: 'Create a volume', load: () => import('./commands/volumes/volumeCreate.ts') },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List volumes',
      load: () => import('./commands/volumes/volumeList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more volumes',
      load: () => import('./commands/volumes/volumeInspect.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more volumes',
      load: () => import('./commands/volumes/volumeRemove.ts'),
    },
    {
      name: 'prune',
      summary: 'Remove unused local volumes',
      load: () => import('./commands/volumes/volumePrune.ts'),
    },
  ],
};

const network: CommandEntry = {
  name: 'network',
  summary: 'Manage networks',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a network',
      load: () => import('./commands/networks/networkCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List networks',
      load: () => import('./commands/networks/networkList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more networks',
      load: () => import('./commands/networks/networkInspect.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more networks',
      load: () => import('./commands/networks/networkRemove.ts'),
    },
    {
      name: 'prune',
      summary: 'Remove all unused networks',
      load: () => import('./commands/networks/networkPrune.ts'),
    },
    {
      name: 'connect',
      summary: 'Connect a container to a network',
      load: () => import('./commands/networks/networkConnect.ts'),
    },
    {
      name: 'disconnect',
      summary: 'Disconnect a container from a network',
      load: () => import('./commands/networks/networkDisconnect.ts'),
    },
  ],
};

const plan: CommandEntry = {
  name: 'plan',
  summary: 'Show what a command would do without running it',
  subcommands: [
    {
      name: 'run',
      summary: 'Show the spec, effects and runtime of a `pouch run`',
      load: () => import('./commands/plans/planRun.ts'),
    },
  ],
};

const runtime: CommandEntry = {
  name: 'runtime',
  summary: 'Manage runtimes',
  subcommands: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List runtimes, and why one is unusable',
      load: () => import('./commands/runtimes/runtimeList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display the features of runtimes on this host',
      load: () => import('./commands/runtimes/runtimeInspect.ts'),
    },
  ],
};

const plugin: CommandEntry = {
  name: 'plugin',
  summary: 'Manage plugins',
  subcommands: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List plugins with their state, and with the number and times of their calls',
      load: () => import('./commands/plugins/pluginList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more plugins',
      load: () => import('./commands/plugins/pluginInspect.ts'),
    },
    {
      name: 'new',
      summary: 'Create a plugin with a test in a new folder',
      load: () => import('./commands/plugins/pluginNew.ts'),
    },
    {
      name: 'replay',
      summary: 'Plan a recorded container again, and compare the plans',
      load: () => import('./commands/plugins/pluginReplay.ts'),
    },
    {
      name: 'bisect',
      summary: 'Find the plugins that break a plan',
      load: () => import('./commands/plugins/pluginBisect.ts'),
    },
    {
      name: 'validate',
      summary: 'Load plugins as pouchd does, and print what is wrong with them',
      load: () => import('./commands/plugins/pluginValidate.ts'),
    },
    {
      name: 'test',
      summary: "Run a plugin's own tests",
      load: () => import('./commands/plugins/pluginTest.ts'),
    },
    {
      name: 'graph',
      summary: 'Draw the order of plugins at each hook point',
      load: () => import('./commands/plugins/pluginGraph.ts'),
    },
    {
      name: 'install',
      summary: 'Install a plugin from a folder, a file, the npm registry or an OCI registry',
      load: () => import('./commands/plugins/pluginInstall.ts'),
    },
    {
      name: 'rollback',
      summary: 'Go back to the version of a plugin that was installed before',
      load: () => import('./commands/plugins/pluginRollback.ts'),
    },
    {
      name: 'remove',
      aliases: ['rm'],
      summary: 'Remove installed plugins',
      load: () => import('./commands/plugins/pluginRemove.ts'),
    },
    {
      name: 'disable',
      summary: 'Switch plugins off, also over restarts',
      load: () => import('./commands/plugins/pluginDisable.ts'),
    },
    {
      name: 'enable',
      summary: 'Switch disabled plugins on again',
      load: () => import('./commands/plugins/pluginEnable.ts'),
    },
    {
      name: 'shadow',
      summary: 'Show how new versions plan beside those that serve',
      load: () => import('./commands/plugins/pluginShadow.ts'),
    },
    {
      name: 'promote',
      summary: 'Have shadows serve in the place of the versions before',
      load: () => import('./commands/plugins/pluginPromote.ts'),
    },
    {
      name: 'demote',
      summary: 'Have the versions from before a promotion serve again',
      load: () => import('./commands/plugins/pluginDemote.ts'),
    },
    {
      name: 'reload',
      summary: 'Read pouchd.yaml again, load all plugins, and print what has changed',
      load: () => import('./commands/plugins/pluginReload.ts'),
    },
    {
      name: 'logs',
      summary: 'Fetch what the daemon has logged of a plugin',
      load: () => import('./commands/plugins/pluginLogs.ts'),
    },
  ],
};

const rich: CommandEntry = {
  name: 'rich',
  summary: 'Show the modes of rich containers',
  subcommands: [
    {
      name: 'ls',
      summary: 'List rich modes',
      load: () => import('./commands/rich/richList.ts'),
    },
  ],
};

const svc: CommandEntry = {
  name: 'svc',
  aliases: ['service'],
  summary: 'Manage the services inside rich containers',
  subcommands: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the services of a container, whatever its init',
      load: () => import('./commands/services/serviceList.ts'),
    },
    {
      name: 'status',
      summary: 'Show the state of a service',
      load: () => import('./commands/services/serviceStatus.ts'),
    },
    {
      name: 'start',
      summary: 'Start one or more services',
      load: () => import('./commands/services/serviceStart.ts'),
    },
    {
      name: 'stop',
      summary: 'Stop one or more services',
      load: () => import('./commands/services/serviceStop.ts'),
    },
    {
      name: 'restart',
      summary: 'Restart one or more services',
      load: () => import('./commands/services/serviceRestart.ts'),
    },
    {
      name: 'enable',
      summary: 'Have services start with their container',
      load: () => import('./commands/services/serviceEnable.ts'),
    },
    {
      name: 'disable',
      summary: 'Have services no longer start with their container',
      load: () => import('./commands/services/serviceDisable.ts'),
    },
    {
      name: 'logs',
      summary: 'Fetch the logs of a service',
      load: () => import('./commands/services/serviceLogs.ts'),
    },
  ],
};

const profile: CommandEntry = {
  name: 'profile',
  summary: 'Show profiles, the named presets of `pouch run --profile`',
  subcommands: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List profiles',
      load: () => import('./commands/profiles/profileList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display the options of one or more profiles, and where they are written',
      load: () => import('./commands/profiles/profileInspect.ts'),
    },
  ],
};

const events: CommandEntry = {
  name: 'events',
  summary: 'Get real time events from the server',
  load: () => import('./commands/system/events.ts'),
};
const info: CommandEntry = {
  name: 'info',
  summary: 'Display system-wide information',
  load: () => import('./commands/system/info.ts'),
};

const context: CommandEntry = {
  name: 'context',
  summary: 'Manage contexts: addresses of daemons, with their certificates, under names',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a context',
      load: () => import('./commands/contexts/contextCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List contexts',
      load: () => import('./commands/contexts/contextList.ts'),
    },
    {
      name: 'use',
      summary: 'Set the context of later commands',
      load: () => import('./commands/contexts/contextUse.ts'),
    },
    {
      name: 'show',
      summary: 'Print the name of the current context',
      load: () => import('./commands/contexts/contextShow.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more contexts',
      load: () => import('./commands/contexts/contextInspect.ts'),
    },
    {
      name: 'update',
      summary: 'Change a context',
      load: () => import('./commands/contexts/contextUpdate.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more contexts',
      load: () => import('./commands/contexts/contextRemove.ts'),
    },
    {
      name: 'export',
      summary: 'Export a context to a tar archive, or to STDOUT with "-"; it has the private key',
      load: () => import('./commands/contexts/contextExport.ts'),
    },
    {
      name: 'import',
      summary: 'Create a context from an exported one, or from STDIN with "-"',
      load: () => import('./commands/contexts/contextImport.ts'),
    },
  ],
};

const system: CommandEntry = {
  name: 'system',
  summary: 'Manage the daemon and its data',
  subcommands: [
    { name: 'df', summary: 'Show disk usage', load: () => import('./commands/system/systemDf.ts') },
    { name: 'prune', summary: 'Remove unused data', load: () => import('./commands/system/systemPrune.ts') },
    {
      name: 'dial-stdio',
      summary: 'Connect stdin and stdout to the daemon',
      load: () => import('./commands/system/dialStdio.ts'),
    },
    events,
    info,
  ],
};

/** As in Alibaba's pouch. */
const updateDaemon: CommandEntry = {
  name: 'updatedaemon',
  summary: 'Change settings of the daemon',
  load: () => import('./commands/system/updateDaemon.ts'),
};

const apply: CommandEntry = {
  name: 'apply',
  summary: 'Make the host what its files declare',
  load: () => import('./commands/agent/apply.ts'),
};

const status: CommandEntry = {
  name: 'status',
  summary: 'Show declared objects that are not as declared',
  load: () => import('./commands/agent/status.ts'),
};

const drift: CommandEntry = {
  name: 'drift',
  summary: 'Show what was changed by hand since the last apply',
  load: () => import('./commands/agent/drift.ts'),
};

const adopt: CommandEntry = {
  name: 'adopt',
  summary: 'Print the declaration of containers that were made by hand',
  load: () => import('./commands/agent/adopt.ts'),
};

const config: CommandEntry = {
  name: 'config',
  summary: 'Show and check the configuration files of pouchd',
  subcommands: [
    {
      name: 'show',
      summary: 'Print all settings as the files have them',
      load: () => import('./commands/config/show.ts'),
    },
    {
      name: 'check',
      summary: 'Report every mistake in the files with its line',
      load: () => import('./commands/config/check.ts'),
    },
    {
      name: 'convert',
      summary: 'Print a compose file, or what docker inspect has printed, as pouchd.yaml has it',
      load: () => import('./commands/config/convert.ts'),
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
    reboot,
    poweroff,
    kill,
    rm,
    ps,
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
    svc,
    device,
    mount,
    snapshot,
    checkpoint,
    container,
  ]),
  ...inGroup('Images:', [
    pull,
    push,
    {
      name: 'search',
      summary: 'Search a registry for images',
      load: () => import('./commands/images/search.ts'),
    },
    {
      name: 'login',
      summary: 'Authenticate to a registry',
      load: () => import('./commands/registry/login.ts'),
    },
    {
      name: 'logout',
      summary: 'Log out from a registry',
      load: () => import('./commands/registry/logout.ts'),
    },
    imageList,
    rmi,
    tag,
    history,
    save,
    load,
    importImage,
    commit,
    build,
    builder,
    image,
  ]),
  ...inGroup('Volumes:', [volume]),
  ...inGroup('Networks:', [network]),
  ...inGroup('Host agent:', [apply, status, drift, adopt, config]),
  ...inGroup('Plans and the daemon:', [
    plan,
    {
      name: 'explain',
      summary: "Show who set each field of a container's spec",
      load: () => import('./commands/plans/explain.ts'),
    },
    {
      name: 'record',
      summary: 'Write what a container was planned from, for a replay anywhere',
      load: () => import('./commands/plans/record.ts'),
    },
    effects,
    {
      name: 'inspect',
      summary: 'Return low-level information on containers, images, volumes or networks',
      load: () => import('./commands/system/inspect.ts'),
    },
    plugin,
    profile,
    rich,
    runtime,
    {
      name: 'doctor',
      summary: 'Check what runtimes and plugins are missing on this host, and print how to fix it',
      load: () => import('./commands/system/doctor.ts'),
      subcommands: [
        {
          name: 'import',
          summary:
            'Examine a root file system, and print what works in a container, what changes and what cannot',
          load: () => import('./commands/system/doctorImport.ts'),
        },
      ],
    },
    { name: 'ops', summary: 'List running operations', load: () => import('./commands/plans/ops.ts') },
    events,
    system,
    updateDaemon,
    context,
    {
      name: 'web',
      summary: 'Serve the web console, read-only, for a browser on this host',
      load: () => import('./commands/system/web.ts'),
    },
    info,
    {
      name: 'version',
      summary: 'Show the version information',
      load: () => import('./commands/system/version.ts'),
    },
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
