import { bootDirectory } from './bootInit.ts';
import { commandProgram } from './commandProgram.ts';
import type { ContainerDraft } from './draft.ts';
import type { ServiceCommand } from './serviceCommand.ts';

/** How an init is asked, in lines of shell. */
export interface InitControl {
  /** A shell function `is_booting`. */
  isBooting: string;
  /** Powers off. */
  powerOff: string;
}

/**
 * Adds a program for the container's command to the draft, for an init that does not supervise it: it runs the command,
 * passes SIGTERM on to it, and powers off when the command ends by itself, if the container ends with it.
 * @returns its path
 */
export function addLaunchedCommand(
  draft: ContainerDraft,
  command: ServiceCommand,
  control: InitControl,
): string {
  const program = addCommandProgram(draft, command);
  const path = `${bootDirectory}/launch`;
  const last = command.endsContainer ? [end(addExitFile(draft), control)] : [];
  const lines = ['#!/bin/sh', launch(program), ...last];
  draft.files[path] = { content: `${lines.join('\n')}\n`, mode: 0o755, readonly: true };
  return path;
}

/** Adds a program that becomes the container's command to the draft. @returns its path */
export function addCommandProgram(draft: ContainerDraft, { args }: ServiceCommand): string {
  const path = `${bootDirectory}/command`;
  draft.files[path] = { content: commandProgram(draft, args), mode: 0o700, readonly: true };
  return path;
}

/**
 * Adds a file to the draft into which the container writes the exit code of its command, before an init that can only
 * power off does so: `CODE`, or `CODE stopped` if the init has stopped the command.
 * @returns its path
 */
export function addExitFile(draft: ContainerDraft): string {
  const path = `${bootDirectory}/exit-code`;
  draft.files[path] = { content: '', mode: 0o600, readonly: false };
  draft.rich.commandExit = path;
  return path;
}

/** Background processes of a shell have no stdin of their own. */
const launch = (program: string) => `stopped=
trap 'stopped=stopped; kill -TERM "$pid"' TERM
exec 3<&0
${program} <&3 3<&- & pid=$!
exec 3<&-
wait "$pid"; code=$?
while kill -0 "$pid" 2>/dev/null; do wait "$pid"; code=$?; done`;

/** The end of the boot is awaited, for half a minute: an init that boots takes no requests. */
const end = (exitPath: string, { isBooting, powerOff }: InitControl) => `echo "$code $stopped" >${exitPath}
[ -z "$stopped" ] || exit 0
${isBooting}
tries=0
while is_booting && [ $tries -lt 150 ]; do sleep 0.2; tries=$((tries + 1)); done
${powerOff}`;
