import { Type } from '../../hooks/index.ts';

export const Options = Type.Object({
  enabled: Type.Boolean({
    default: false,
    description: 'Starts lxcfs and mounts its files in containers that are created from then on.',
  }),
  containers: Type.Union([Type.Literal('rich'), Type.Literal('all')], {
    default: 'rich',
    description: 'In which containers: rich ones, or all.',
  }),
  builtIn: Type.Boolean({
    default: true,
    description:
      'Without lxcfs, these containers have files of /proc that a process of Pouch on the host writes each second, one for each container.',
  }),
  path: Type.Optional(
    Type.String({
      pattern: '^/',
      description: 'The executable. Default: `/usr/bin/lxcfs`, `/usr/sbin/lxcfs` or `/usr/local/bin/lxcfs`.',
    }),
  ),
});
