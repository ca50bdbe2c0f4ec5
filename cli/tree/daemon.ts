import type { CommandEntry } from '../commandEntry.ts';

const effects: CommandEntry = {
  name: 'effects',
  summary: 'Manage what containers have changed on the host',
  subcommands: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the effects of a container, with their plugins',
      load: () => import('../commands/effects/effectsList.ts'),
    },
    {
      name: 'why',
      summary:
        'Show which plugin planned an effect, where, with what arguments, and since when it is applied',
      load: () => import('../commands/effects/effectsWhy.ts'),
    },
    {
      name: 'gc',
      summary: 'Undo effects on the host that belong to no container any more',
      load: () => import('../commands/effects/effectsGc.ts'),
    },
    {
      name: 'drop',
      summary: 'Give up effects of plugins that cannot be undone, and print what stays on the host',
      load: () => import('../commands/effects/effectsDrop.ts'),
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
      load: () => import('../commands/plans/planRun.ts'),
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
      load: () => import('../commands/runtimes/runtimeList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display the features of runtimes on this host',
      load: () => import('../commands/runtimes/runtimeInspect.ts'),
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
      load: () => import('../commands/plugins/pluginList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more plugins',
      load: () => import('../commands/plugins/pluginInspect.ts'),
    },
    {
      name: 'new',
      summary: 'Create a plugin with a test in a new folder',
      load: () => import('../commands/plugins/pluginNew.ts'),
    },
    {
      name: 'replay',
      summary: 'Plan a recorded container again, and compare the plans',
      load: () => import('../commands/plugins/pluginReplay.ts'),
    },
    {
      name: 'bisect',
      summary: 'Find the plugins that break a plan',
      load: () => import('../commands/plugins/pluginBisect.ts'),
    },
    {
      name: 'validate',
      summary: 'Load plugins as pouchd does, and print what is wrong with them',
      load: () => import('../commands/plugins/pluginValidate.ts'),
    },
    {
      name: 'test',
      summary: "Run a plugin's own tests",
      load: () => import('../commands/plugins/pluginTest.ts'),
    },
    {
      name: 'graph',
      summary: 'Draw the order of plugins at each hook point',
      load: () => import('../commands/plugins/pluginGraph.ts'),
    },
    {
      name: 'install',
      summary: 'Install a plugin from a folder, a file, the npm registry or an OCI registry',
      load: () => import('../commands/plugins/pluginInstall.ts'),
    },
    {
      name: 'rollback',
      summary: 'Go back to the version of a plugin that was installed before',
      load: () => import('../commands/plugins/pluginRollback.ts'),
    },
    {
      name: 'remove',
      aliases: ['rm'],
      summary: 'Remove installed plugins',
      load: () => import('../commands/plugins/pluginRemove.ts'),
    },
    {
      name: 'disable',
      summary: 'Switch plugins off, also over restarts',
      load: () => import('../commands/plugins/pluginDisable.ts'),
    },
    {
      name: 'enable',
      summary: 'Switch disabled plugins on again',
      load: () => import('../commands/plugins/pluginEnable.ts'),
    },
    {
      name: 'shadow',
      summary: 'Show how new versions plan beside those that serve',
      load: () => import('../commands/plugins/pluginShadow.ts'),
    },
    {
      name: 'promote',
      summary: 'Have shadows serve in the place of the versions before',
      load: () => import('../commands/plugins/pluginPromote.ts'),
    },
    {
      name: 'demote',
      summary: 'Have the versions from before a promotion serve again',
      load: () => import('../commands/plugins/pluginDemote.ts'),
    },
    {
      name: 'reload',
      summary: 'Read pouchd.yaml again, load all plugins, and print what has changed',
      load: () => import('../commands/plugins/pluginReload.ts'),
    },
    {
      name: 'logs',
      summary: 'Fetch what the daemon has logged of a plugin',
      load: () => import('../commands/plugins/pluginLogs.ts'),
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
      load: () => import('../commands/rich/richList.ts'),
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
      load: () => import('../commands/profiles/profileList.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display the options of one or more profiles, and where they are written',
      load: () => import('../commands/profiles/profileInspect.ts'),
    },
  ],
};

const events: CommandEntry = {
  name: 'events',
  summary: 'Get real time events from the server',
  load: () => import('../commands/system/events.ts'),
};

const info: CommandEntry = {
  name: 'info',
  summary: 'Display system-wide information',
  load: () => import('../commands/system/info.ts'),
};

const context: CommandEntry = {
  name: 'context',
  summary: 'Manage contexts: addresses of daemons, with their certificates, under names',
  subcommands: [
    {
      name: 'create',
      summary: 'Create a context',
      load: () => import('../commands/contexts/contextCreate.ts'),
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List contexts',
      load: () => import('../commands/contexts/contextList.ts'),
    },
    {
      name: 'use',
      summary: 'Set the context of later commands',
      load: () => import('../commands/contexts/contextUse.ts'),
    },
    {
      name: 'show',
      summary: 'Print the name of the current context',
      load: () => import('../commands/contexts/contextShow.ts'),
    },
    {
      name: 'inspect',
      summary: 'Display detailed information on one or more contexts',
      load: () => import('../commands/contexts/contextInspect.ts'),
    },
    {
      name: 'update',
      summary: 'Change a context',
      load: () => import('../commands/contexts/contextUpdate.ts'),
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove one or more contexts',
      load: () => import('../commands/contexts/contextRemove.ts'),
    },
    {
      name: 'export',
      summary: 'Export a context to a tar archive, or to STDOUT with "-"; it has the private key',
      load: () => import('../commands/contexts/contextExport.ts'),
    },
    {
      name: 'import',
      summary: 'Create a context from an exported one, or from STDIN with "-"',
      load: () => import('../commands/contexts/contextImport.ts'),
    },
  ],
};

const system: CommandEntry = {
  name: 'system',
  summary: 'Manage the daemon and its data',
  subcommands: [
    { name: 'df', summary: 'Show disk usage', load: () => import('../commands/system/systemDf.ts') },
    { name: 'prune', summary: 'Remove unused data', load: () => import('../commands/system/systemPrune.ts') },
    {
      name: 'dial-stdio',
      summary: 'Connect stdin and stdout to the daemon',
      load: () => import('../commands/system/dialStdio.ts'),
    },
    events,
    info,
  ],
};

/** As in Alibaba's pouch. */
const updateDaemon: CommandEntry = {
  name: 'updatedaemon',
  summary: 'Change settings of the daemon',
  load: () => import('../commands/system/updateDaemon.ts'),
};

export const daemonCommands: readonly CommandEntry[] = [
  plan,
  {
    name: 'explain',
    summary: "Show who set each field of a container's spec",
    load: () => import('../commands/plans/explain.ts'),
  },
  {
    name: 'record',
    summary: 'Write what a container was planned from, for a replay anywhere',
    load: () => import('../commands/plans/record.ts'),
  },
  effects,
  {
    name: 'inspect',
    summary: 'Return low-level information on containers, images, volumes or networks',
    load: () => import('../commands/system/inspect.ts'),
  },
  plugin,
  profile,
  rich,
  runtime,
  {
    name: 'doctor',
    summary: 'Check what runtimes and plugins are missing on this host, and print how to fix it',
    load: () => import('../commands/system/doctor.ts'),
    subcommands: [
      {
        name: 'import',
        summary:
          'Examine a root file system, and print what works in a container, what changes and what cannot',
        load: () => import('../commands/system/doctorImport.ts'),
      },
    ],
  },
  { name: 'ops', summary: 'List running operations', load: () => import('../commands/plans/ops.ts') },
  events,
  system,
  updateDaemon,
  context,
  {
    name: 'web',
    summary: 'Serve the web console, read-only, for a browser on this host',
    load: () => import('../commands/system/web.ts'),
  },
  info,
  {
    name: 'version',
    summary: 'Show the version information',
    load: () => import('../commands/system/version.ts'),
  },
  {
    name: 'completion',
    summary: 'Print a completion script for a shell',
    load: () => import('../commands/system/completion.ts'),
  },
];
