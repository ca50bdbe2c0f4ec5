import type { Socket } from 'node:net';
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { closed, map, may, says, text, word } from '../schema.ts';

/** Sidecars of one plugin. */
export const mostSidecars = 8;

/** Signals that may ask a sidecar to end. */
const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGKILL'] as const;

const milliseconds = (maximum: number, description: string) =>
  may(Type.Integer({ minimum: 0, maximum, description }));

/** How a process of a plugin says that it serves. */
export const Readiness = Type.Union(
  [
    closed({ socket: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$' }) }),
    closed({ line: Type.String({ minLength: 1, maxLength: 200 }) }),
  ],
  {
    description:
      'How readiness is known: `socket`, a Unix socket of that name appears in RUNTIME_DIRECTORY; `line`, it writes a line that contains ' +
      'the text. Default: once it runs.',
  },
);
export type Readiness = Static<typeof Readiness>;

/** How a process of a plugin is asked to end. */
export const stopOf = (mostGraceMs: number) =>
  closed(
    {
      signal: may(Type.Unsafe<(typeof stopSignals)[number]>(word(...stopSignals))),
      graceMs: milliseconds(mostGraceMs, 'Until SIGKILL.'),
    },
    {
      description:
        'The signal that asks all of its processes to end, and the time for it. Default: SIGTERM and 3 s.',
    },
  );

/** Of the limits of any process of a plugin: memory in bytes, CPU time per second, and processes with threads. */
export const limitBounds = {
  memory: { minimum: 4 * 1024 * 1024 },
  cpus: { minimum: 0.01, maximum: 10_000 },
  pids: { minimum: 8, maximum: 100_000 },
} as const;

/**
 * A process that pouchd starts and supervises for a plugin: a server, a file system. It is data alone, for plugins in
 * pouchd and for those with a process of their own.
 */
export const Sidecar = closed(
  {
    name: Type.String({
      pattern: '^[a-z][a-z0-9-]{0,62}$',
      description:
        'At most 63 lower-case letters, digits or `-`, the first a letter. Unique within the plugin.',
    }),
    doc: says('One sentence.'),
    command: Type.Array(text, {
      minItems: 1,
      maxItems: 256,
      description: 'Absolute path of an executable, and its arguments. No shell reads them.',
    }),
    env: may(
      map(
        text,
        'Variables beside PATH and LANG, which are those of pouchd, and RUNTIME_DIRECTORY, which is `STATE/sidecars/PLUGIN.NAME`: ' +
          'a directory of its own, empty at each start.',
      ),
    ),
    user: may(
      Type.String({
        pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
        description:
          'Name or number of a user of the host. Default: that of the plugin’s own process, root in pouchd.',
      }),
    ),
    namespaces: may(
      Type.Unsafe<'own' | 'host'>({
        ...word('own', 'host'),
        description:
          '`host`: those of the host, for what mounts file systems or looks at processes. `own`: mounts, processes and network apart, as ' +
          'for a confined plugin. Default: `host` for a plugin in pouchd, else `own`.',
      }),
    ),
    network: may(
      Type.Boolean({
        description: 'It needs the network of the host. Default: as the plugin’s own process.',
      }),
    ),
    limits: may(
      closed(
        {
          memory: may(Type.Integer({ ...limitBounds.memory, description: 'Bytes.' })),
          cpus: may(Type.Number(limitBounds.cpus)),
          pids: may(Type.Integer({ ...limitBounds.pids, description: 'Processes and threads.' })),
        },
        {
          description:
            'Of it and all that it starts. Default: those of `grants.sidecars` in pouchd.yaml, else of the entry, else 512 MiB and 1024 pids.',
        },
      ),
    ),
    ready: may(Readiness),
    readyWithinMs: milliseconds(300_000, 'Deadline of the readiness. Default: 10 s.'),
    restart: may(
      Type.Unsafe<'always' | 'on-failure' | 'never'>({
        ...word('always', 'on-failure', 'never'),
        description:
          'When it is started again after its end, after a pause that doubles from 100 ms to 30 s. Default: `always`.',
      }),
    ),
    attempts: may(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description:
          'Failures in a row after which its plugin is quarantined; a minute without one ends the row. Default: 5.',
      }),
    ),
    keep: may(
      Type.Boolean({
        description:
          'It outlives pouchd, and the next pouchd adopts it. It ends when its plugin is removed or declares it differently. ' +
          'Default: it ends with pouchd.',
      }),
    ),
    stop: may(stopOf(60_000)),
  },
  { title: 'Sidecar' },
);
export type Sidecar = Static<typeof Sidecar>;

/** A sidecar of a plugin in pouchd, which may ask for what no declaration of another process carries. */
export interface SidecarInPouchd extends Sidecar {
  /** Files and directories of the host that it sees, as `grants.paths` of a confined plugin. Default: all. */
  readonly paths?: { readonly read?: readonly string[]; readonly write?: readonly string[] };
  /** Its executable must belong to root or the user of pouchd: a directory names it, not pouchd.yaml. */
  readonly isFound?: boolean;
  /** Its plugin serves without it: it is tried again until it runs, also when its first start fails. */
  readonly isOptional?: boolean;
  /**
   * Gets the other end of its descriptor 3, a Unix socket, after each start. When that is closed, by whomever, the
   * sidecar is ended, and then started again. It is replaced when the options of its plugin change.
   */
  channel?(socket: Socket): void;
}

/** The declaration alone. */
export function declarationOf(sidecar: SidecarInPouchd): Sidecar {
  const { paths, isFound, isOptional, channel, ...declaration } = sidecar;
  return declaration;
}

/** Where a sidecar is in its life. `ended`: it is not started again. */
export type SidecarPhase = 'starting' | 'running' | 'waiting' | 'ended';

/** A sidecar of an active plugin, for `pouch plugin inspect`. */
export interface SidecarStatus {
  name: string;
  doc: string;
  /** `waiting`: it has ended, and is started again after a pause. */
  phase: SidecarPhase;
  pid?: number;
  keep: boolean;
  /** Whether it has been running since before this pouchd started. */
  adopted: boolean;
  /** Since it was first started or adopted by this pouchd. */
  restarts: number;
  /** Of its last failure. */
  lastError?: string;
}

/** What is wrong with a declaration; undefined if it is valid. */
export function sidecarProblem(given: SidecarInPouchd): string | undefined {
  const sidecar = declarationOf(given);
  const [first] = Value.Errors(Sidecar, sidecar);
  if (first) {
    const path = first.path.slice(1).replaceAll('/', '.');
    return path === ''
      ? first.message
      : `\`${path}\`: ${first.message}, found ${JSON.stringify(first.value) ?? 'nothing'}`;
  }
  if (!sidecar.command[0]?.startsWith('/')) return '`command` must begin with an absolute path';
  const bad = Object.entries(sidecar.env ?? {}).find(
    ([name, value]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0'),
  );
  if (bad) return `\`env\` has an invalid variable ${JSON.stringify(bad[0])}`;
  return sidecar.command.some((word) => word.includes('\0')) ? '`command` has a NUL byte' : undefined;
}
