import { PouchCommand } from '../../../../cli/PouchCommand.ts';
import { createRequest } from '../../../../client/options/createRequest.ts';
import type { RunFlags } from '../../../../client/options/runFlags.ts';
import { addCreateOptions, addForegroundOptions } from '../../../../cli/run/runOptions.ts';

/** Returns the body that `pouch run ARGS` sends to create a container. */
export function requestFor(args: string[], environment: Record<string, string | undefined> = {}) {
  const command = new PouchCommand('run')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .helpOption('--help')
    .argument('<image>')
    .argument('[command...]')
    .passThroughOptions()
    .action(() => undefined);
  addForegroundOptions(command);
  addCreateOptions(command);
  command.parse(args, { from: 'user' });
  const [image = '', ...rest] = command.args;
  const flags = command.opts<RunFlags>();
  return createRequest({ flags, image, command: rest, environment, size: { height: 24, width: 80 } });
}
