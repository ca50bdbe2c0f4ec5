import type { CommandEntry } from '../commandEntry.ts';

const pull: CommandEntry = {
  name: 'pull',
  summary: 'Download an image from a registry',
  load: () => import('../commands/images/pull.ts'),
};

const push: CommandEntry = {
  name: 'push',
  summary: 'Upload an image to a registry',
  load: () => import('../commands/images/push.ts'),
};

const imageList: CommandEntry = {
  name: 'images',
  summary: 'List images',
  load: () => import('../commands/images/images.ts'),
};

const rmi: CommandEntry = {
  name: 'rmi',
  summary: 'Remove one or more images',
  load: () => import('../commands/images/rmi.ts'),
};

const tag: CommandEntry = {
  name: 'tag',
  summary: 'Create a tag for an image',
  load: () => import('../commands/images/tag.ts'),
};

const history: CommandEntry = {
  name: 'history',
  summary: 'Show the history of an image, or what was applied to the host',
  load: () => import('../commands/images/history.ts'),
};

const save: CommandEntry = {
  name: 'save',
  summary: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  load: () => import('../commands/images/save.ts'),
};

const load: CommandEntry = {
  name: 'load',
  summary: 'Load an image from a tar archive or STDIN',
  load: () => import('../commands/images/load.ts'),
};

const importImage: CommandEntry = {
  name: 'import',
  summary: 'Make an image from the root file system of a host',
  load: () => import('../commands/images/import.ts'),
};

const build: CommandEntry = {
  name: 'build',
  summary: 'Build an image from a Dockerfile',
  load: () => import('../commands/images/build.ts'),
};

const builder: CommandEntry = {
  name: 'builder',
  summary: 'Manage builds',
  subcommands: [
    build,
    {
      name: 'prune',
      summary: 'Remove the build cache',
      load: () => import('../commands/builder/builderPrune.ts'),
    },
  ],
};

const commit: CommandEntry = {
  name: 'commit',
  summary: "Create a new image from a container's changes",
  load: () => import('../commands/images/commit.ts'),
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
      load: () => import('../commands/images/imageInspect.ts'),
    },
    {
      name: 'bootstrap',
      summary: "Create a base image from a distribution's packages",
      load: () => import('../commands/images/imageBootstrap.ts'),
    },
    build,
    {
      name: 'prune',
      summary: 'Remove unused images',
      load: () => import('../commands/images/imagePrune.ts'),
    },
    pull,
    push,
    tag,
    history,
    save,
    load,
    importImage,
  ],
};

export const imageCommands: readonly CommandEntry[] = [
  pull,
  push,
  {
    name: 'search',
    summary: 'Search a registry for images',
    load: () => import('../commands/images/search.ts'),
  },
  {
    name: 'login',
    summary: 'Authenticate to a registry',
    load: () => import('../commands/registry/login.ts'),
  },
  {
    name: 'logout',
    summary: 'Log out from a registry',
    load: () => import('../commands/registry/logout.ts'),
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
];
