import { ClientError } from '../../../client/index.ts';
import { CliError, invalidOption } from '../../errors.ts';
import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  format?: string;
  type?: string;
  size?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<name...>', 'Containers, images, volumes or networks')
    .option('-f, --format <format>', 'Format output: json, or a Go template such as {{.State.Status}}')
    .option('--type <type>', 'Only inspect objects of the given type: container, image, volume or network')
    .option('-s, --size', 'Display total file sizes if the type is container')
    .action((refs: string[], flags: Flags) =>
      printObjects(session, refs, flags.format, finder(session, flags)),
    );
}

type Find = (ref: string) => Promise<unknown>;

/** Returns a look-up by type; without a type it tries containers, images, volumes, networks in turn. */
function finder({ client }: Session, { type, size }: Flags): Find {
  const finders: Record<string, Find> = {
    container: (ref) => client.containers.inspect(ref, { size: size === true }),
    image: (ref) => client.images.inspect(ref),
    volume: (ref) => client.volumes.inspect(ref),
    network: (ref) => client.networks.inspect(ref),
  };
  if (type === undefined) return (ref) => findFirst(Object.values(finders), ref);
  const found = finders[type];
  if (!found) throw invalidOption('--type', 'container, image, volume or network', type);
  return found;
}

async function findFirst(finders: Find[], ref: string): Promise<unknown> {
  for (const find of finders) {
    try {
      return await find(ref);
    } catch (error) {
      if (!(error instanceof ClientError) || error.status !== 404) throw error;
    }
  }
  throw new CliError(
    'PCH_NOT_FOUND',
    `no such object: "${ref}"`,
    'list them with `pouch ps -a`, `pouch images`, `pouch volume ls` and `pouch network ls`',
  );
}
