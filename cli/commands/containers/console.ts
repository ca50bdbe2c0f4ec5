import { detachKeysHelp, detachKeysOption } from '../../../client/options/detachKeys.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { connect } from '../../streams/connect.ts';
import { followSize } from '../../streams/followSize.ts';

interface Flags {
  stdin: boolean;
  detachKeys?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('--no-stdin', 'Show the console only')
    .option('--detach-keys <keys>', detachKeysHelp)
    .action((ref: string, flags: Flags) => openConsole(session, ref, flags));
}

async function openConsole({ client, terminal }: Session, ref: string, flags: Flags): Promise<void> {
  const { containers } = client;
  const keys = detachKeysOption(flags.detachKeys);
  const hijacked = await containers.console(ref, keys.text ? { detachKeys: keys.text } : {});
  const { stdin, stderr } = terminal;
  const isInteractive = flags.stdin && stdin.isTTY;
  if (isInteractive) stderr.write(`Console of ${ref}. Leave it with ${keys.text ?? 'ctrl-p,ctrl-q'}.\n`);
  const stopResizing = followSize(terminal.stdout, (size) => containers.resizeConsole(ref, size));
  const streams = { tty: true, stdin: flags.stdin, detachKeys: keys.bytes };
  await connect(hijacked, streams, terminal).finally(stopResizing);
  if (isInteractive) stderr.write('\n');
}
