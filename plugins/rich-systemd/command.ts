import { posix } from 'node:path';
import type { ContainerDraft } from '../../hooks/index.ts';

/** What becomes of the image's command in a machine. */
export interface MachineCommand {
  args: string[];
  /** Whether the machine powers off with the command, and gives its exit code to the container. */
  endsMachine: boolean;
}

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish']);
const inits = new Set(['init', 'systemd']);

/**
 * The command that runs as a unit; undefined if there is nothing to run beside the init: the command is the init itself,
 * or a bare shell without a terminal, which base images have as a default and which would end at once.
 *
 * A command that the request gives is the purpose of the container: the machine ends with it. The image's own command
 * is one service among others: the machine stays up.
 */
export function machineCommand(draft: ContainerDraft): MachineCommand | undefined {
  const { entrypoint, command } = draft.process;
  const args = [...entrypoint, ...command];
  const [program] = args;
  if (program === undefined || inits.has(posix.basename(program))) return undefined;
  const interactive = draft.process.tty && draft.process.openStdin;
  if (args.length === 1 && shells.has(posix.basename(program)) && !interactive) return undefined;
  return { args, endsMachine: interactive || !isImageCommand(draft) };
}

function isImageCommand({ process, image }: ContainerDraft): boolean {
  const { Entrypoint, Cmd } = image.config.config ?? {};
  return equal(process.entrypoint, Entrypoint ?? []) && equal(process.command, Cmd ?? []);
}

function equal(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((item, n) => item === b[n]);
}
