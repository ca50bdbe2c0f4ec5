/** The effect `host.process`: a process on the host that belongs to one container. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { limitBounds, Readiness, stopOf } from './contributions/sidecar.ts';
import { closed, hostPath, may, word } from './schema.ts';

/** Of a process, where its effect has no others: enough for a helper, and little for a host with many containers. */
export const processDefaults = { memory: 128 * 1024 * 1024, pids: 64, cpus: 1 } as const;

const withoutNul = (maxLength: number) => Type.String({ pattern: '^[^\\x00]*$', maxLength });
const hostPaths = (description: string) => may(Type.Array(hostPath(''), { maxItems: 64, description }));

export const processArgs = closed({
  name: Type.String({
    pattern: '^[a-z][a-z0-9-]{0,30}$',
    description:
      'Unique within the container. `STATE/processes/ID/NAME` is its RUNTIME_DIRECTORY, ID the first 12 characters of the container’s.',
  }),
  argv: Type.Array(Type.String({ pattern: '^[^\\x00]+$', maxLength: 4096 }), {
    minItems: 1,
    maxItems: 256,
    description: 'Absolute path of an executable, and its arguments. No shell reads them.',
  }),
  env: may(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), withoutNul(32 * 1024), {
      additionalProperties: false,
      maxProperties: 256,
      description:
        'Variables beside PATH and LANG, which are those of pouchd, POUCH_CONTAINER, the full id of the container, and RUNTIME_DIRECTORY, ' +
        'a directory of its own that is empty at each start.',
    }),
  ),
  cwd: may(hostPath('Its working directory. Default `/`.')),
  user: may(
    Type.String({
      pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$',
      description: 'Name or number of a user of the host. Default `nobody`.',
    }),
  ),
  namespaces: may(
    Type.Unsafe<'own' | 'host'>({
      ...word('own', 'host'),
      description:
        'Default `own`: a root with the programs of the system, the folder of the executable and `paths`, and processes apart. `host`: ' +
        'those of the host, for what mounts file systems or looks at processes.',
    }),
  ),
  network: may(
    Type.Unsafe<'own' | 'host' | 'container'>({
      ...word('own', 'host', 'container'),
      description:
        '`own`: a loopback interface. `container`: the network of the container; the effect must have `needs: ["netns"]`. Default: `own`, ' +
        'and `host` in the namespaces of the host.',
    }),
  ),
  paths: may(
    closed(
      {
        read: hostPaths('Absolute paths, without links.'),
        write: hostPaths('Absolute paths, without links.'),
      },
      { description: 'Files and directories of the host that it sees, with what is below them.' },
    ),
  ),
  memory: may(
    Type.Integer({ ...limitBounds.memory, maximum: 2 ** 50, description: 'Bytes. Default 128 MiB.' }),
  ),
  pids: may(Type.Integer({ ...limitBounds.pids, description: 'Processes and threads. Default 64.' })),
  cpus: may(Type.Number({ ...limitBounds.cpus, description: 'Default 1.' })),
  ready: may(Readiness),
  readyWithinMs: may(
    Type.Integer({ minimum: 0, maximum: 30_000, description: 'Deadline of the readiness. Default: 10 s.' }),
  ),
  stop: may(stopOf(30_000)),
  onExit: may(
    Type.Unsafe<'ignore' | 'restart'>({
      ...word('ignore', 'restart'),
      description:
        'What follows its end while the container runs. `ignore` (default): it is reported. `restart`: it is started again after a pause that ' +
        'doubles from 100 ms to 30 s.',
    }),
  ),
  attempts: may(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      description:
        'Ends in a row after which it is not started again; a minute without one ends the row. Default 5.',
    }),
  ),
});

/** What the schema cannot say, and unknown members of objects within the arguments. */
export function processProblem(
  args: Readonly<Record<string, unknown>>,
  needs?: readonly string[],
): string | undefined {
  const [first] = Value.Errors(processArgs, args);
  if (first) return `${first.path.slice(1).replaceAll('/', '.')}: ${first.message.toLowerCase()}`;
  const { argv, namespaces = 'own', network, paths } = args as Static<typeof processArgs>;
  const [program = ''] = argv;
  if (!/^(\/(?!\.{1,2}(\/|$))[^/]+)+$/.test(program))
    return `argv.0: expected the absolute path of an executable, found ${JSON.stringify(program)}`;
  if (network === 'container' && needs?.includes('netns') === false)
    return 'network: the network of the container needs `needs: ["netns"]` in the effect';
  if (namespaces === 'own') return undefined;
  if (network === 'own')
    return 'network: expected host or container in the namespaces of the host, found own';
  return paths && 'paths: in the namespaces of the host it sees all files; leave it out';
}
