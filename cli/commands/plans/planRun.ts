import { invalidOption } from '../../errors.ts';
import { printPlan } from '../../plan/printPlan.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { createRequest } from '../../run/createRequest.ts';
import { addCreateOptions, addForegroundOptions } from '../../run/runOptions.ts';
import type { RunFlags } from '../../run/runFlags.ts';
import type { Session } from '../../Session.ts';
import { sizeOf } from '../../streams/followSize.ts';

export function define(command: PouchCommand, session: Session): void {
  command.optionsGroup('Output:').option('--format <format>', 'Format output: diff or json', 'diff');
  addForegroundOptions(command);
  addCreateOptions(command);
  command
    .helpOption('--help', 'show help')
    .argument('<image>', 'Image; must exist locally')
    .argument('[command...]', "Command and arguments, instead of the image's")
    .passThroughOptions()
    .action((image: string, args: string[], flags: RunFlags & { format: string }) =>
      plan(session, image, args, flags),
    );
}

async function plan(
  session: Session,
  image: string,
  command: string[],
  flags: RunFlags & { format: string },
) {
  if (!['diff', 'json'].includes(flags.format)) throw invalidOption('--format', 'diff or json', flags.format);
  const { env, stdout } = session.terminal;
  const body = createRequest({ flags, image, command, environment: env, size: sizeOf(stdout) });
  const result = await session.client.pouch.plan(body, {
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.platform !== undefined && { platform: flags.platform }),
  });
  if (flags.format === 'json') session.print(JSON.stringify(result, null, 2));
  else printPlan(session, result);
}
