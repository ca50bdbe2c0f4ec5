import type { ClientError, ErrorResponse, PlanResponse } from '../../../client/index.ts';
import { exitCodes, invalidOption } from '../../errors.ts';
import { printPlan } from '../../plan/printPlan.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { createRequest } from '../../../client/options/createRequest.ts';
import { addCreateOptions, addForegroundOptions } from '../../run/runOptions.ts';
import type { RunFlags } from '../../../client/options/runFlags.ts';
import type { Session } from '../../Session.ts';
import { sizeOf } from '../../streams/followSize.ts';

export interface PlanFlags extends RunFlags {
  format: string;
  offline?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  definePlan(command, (image, args, flags) => plan(session, image, args, flags));
}

/** Adds the options and arguments of `pouch plan run`. */
export function definePlan(
  command: PouchCommand,
  action: (image: string, args: string[], flags: PlanFlags) => Promise<void>,
): void {
  command.optionsGroup('Output:').option('--format <format>', 'Format output: diff or json', 'diff');
  command
    .optionsGroup('Checks:')
    .option('--offline', 'Do not look at the host for what would fail: ports, bind sources, the command');
  addForegroundOptions(command);
  addCreateOptions(command);
  command
    .helpOption('--help', 'show help')
    .argument('<image>', 'Image; must exist locally')
    .argument('[command...]', "Command and arguments, instead of the image's")
    .passThroughOptions()
    .action(action);
}

async function plan(session: Session, image: string, command: string[], flags: PlanFlags) {
  if (!['diff', 'json'].includes(flags.format)) throw invalidOption('--format', 'diff or json', flags.format);
  const isJson = flags.format === 'json';
  const result = await planned(session, image, command, flags).catch((error: unknown) => {
    if (isJson && isRefusal(error)) return { findings: [findingOf(error)] };
    throw error;
  });
  if (isJson) session.print(JSON.stringify(result, null, 2));
  else printPlan(session, result as PlanResponse, flags);
  if (result.findings.length > 0) session.exitCode = exitCodes.failure;
}

/** @param without names of plugins that the plan is made without */
export async function planned(
  session: Session,
  image: string,
  command: string[],
  flags: PlanFlags,
  without: readonly string[] = [],
): Promise<PlanResponse> {
  const { env, stdout } = session.terminal;
  const body = createRequest({ flags, image, command, environment: env, size: sizeOf(stdout) });
  const { name, platform, offline } = flags;
  return await session.client.pouch.plan(body, {
    ...(name !== undefined && { name }),
    ...(platform !== undefined && { platform }),
    ...(offline && { offline }),
    ...(without.length > 0 && { without: without.join(',') }),
  });
}

/** The daemon has responded: no plan can be made. By its name, since a module may be loaded twice. */
export function isRefusal(error: unknown): error is ClientError {
  return error instanceof Error && error.name === 'ClientError' && (error as ClientError).status > 0;
}

function findingOf({ message, code, hint, plugin, hook, field }: ClientError): ErrorResponse {
  return { message, code, hint, plugin, hook, field };
}
