import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, may, says, text, word } from './schema.ts';

/** Schema of a service of a rich container, in words that all inits share. */
export const ContainerService = closed({
  name: says('As its init names it; of systemd without `.service`.'),
  state: word('starting', 'running', 'exited', 'stopping', 'stopped', 'failed', 'unknown'),
  enabled: word('enabled', 'disabled', 'static', 'masked', 'unknown'),
  pid: may(Type.Integer({ description: 'Of its main process, in the container.' })),
  since: may(says('RFC 3339: since when it is in this state.')),
  description: may(text),
});

/**
 * A service of a rich container. `exited`: it was started, has done its work and needs no process. `static`: it can
 * be neither enabled nor disabled, because others start it. `unknown`: its init does not know.
 */
export type ContainerService = Static<typeof ContainerService>;

/** What can be done to a service. */
export const serviceActions = ['start', 'stop', 'restart', 'enable', 'disable'] as const;
/** One of {@link serviceActions}. */
export type ServiceAction = (typeof serviceActions)[number];

/** Exit codes by which the command of {@link ServiceCommands} reports what is not a failure of the service. */
export const serviceExits = { unknownService: 64, refused: 65 } as const;

/**
 * Schema of how the services of a rich container are managed: a command that runs in the container as root, and gets
 * what is wanted as further arguments, never as a part of a script:
 *
 * - `list`, or `list NAME`: prints one line for each service, `NAME STATE ENABLED PID SINCE DESCRIPTION`; `-` for what
 *   it does not know. SINCE is RFC 3339 or Unix seconds. STATE and ENABLED are words of {@link ContainerService}.
 * - `start NAME`, `stop NAME`, `restart NAME`, `enable NAME`, `disable NAME`: ends when that is done.
 * - `logs NAME LINES SINCE UNTIL FOLLOW`: prints lines that begin with their time in Unix seconds, with a fraction if
 *   known, or `-`, and a space. LINES is `all` or a number of lines from the end; SINCE and UNTIL are Unix seconds or
 *   empty; FOLLOW is `follow`, to continue with what is logged later, or empty.
 *
 * The exit code 64 says that no such service exists, 65 that the init cannot do it; any other but 0 is a failure. The
 * last lines that it has printed say why. Pouch has checked names: letters, digits and `:_.\@-`, no `-` at the start.
 */
export const ServiceCommands = closed({
  args: Type.Array(text, {
    minItems: 1,
    description: 'A command that runs in the container as root: see `ServiceCommands` of the contract.',
  }),
  withinSeconds: may(Type.Integer({ minimum: 1, description: 'Deadline of an action. Default: 300.' })),
});
/** How the services of a rich container are managed. */
export type ServiceCommands = Static<typeof ServiceCommands>;
