import { posix } from 'node:path';
import type { ContainerDraft } from './draft.ts';

/** The container's command as a service of its init. */
export interface ServiceCommand {
  args: string[];
  /** Whether the container ends with the command, by the command's exit code. */
  endsContainer: boolean;
}

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish']);
const inits = new Set(['init', 'systemd', 'openrc-init', 'runit-init', 'runit', 's6-svscan', 'telinit']);

/**
 * Returns the command that runs as a service of the init; undefined if the command is the init itself, or only a shell
 * without a terminal, which is the default of base images and would exit at once.
 *
 * The container ends with a command of the request, which is its purpose. It keeps running after the image's default
 * command, which is one service among others.
 */
export function serviceCommand(draft: ContainerDraft): ServiceCommand | undefined {
  const { entrypoint, command } = draft.process;
  const args = [...entrypoint, ...command];
  const [program] = args;
  if (program === undefined || isInit(args)) return undefined;
  const interactive = draft.process.tty && draft.process.openStdin;
  if (args.length === 1 && shells.has(posix.basename(program)) && !interactive) return undefined;
  return { args, endsContainer: interactive || !isImageCommand(draft) };
}

function isInit([program = '', applet]: string[]): boolean {
  const name = posix.basename(program);
  return inits.has(name) || (name === 'busybox' && (applet === undefined || applet === 'init'));
}

function isImageCommand({ process, image }: ContainerDraft): boolean {
  const { Entrypoint, Cmd } = image.config.config ?? {};
  return equal(process.entrypoint, Entrypoint ?? []) && equal(process.command, Cmd ?? []);
}

function equal(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((item, n) => item === b[n]);
}
