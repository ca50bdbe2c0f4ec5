import { forEachRef } from '../../containers/forEachRef.ts';
import { conflictingOptions } from '../../errors.ts';
import { defaultDetachKeys, detachKeysOption } from '../../parse/detachKeys.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { runInForeground } from '../../run/foreground.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  attach?: boolean;
  interactive?: boolean;
  sigProxy?: boolean;
  detachKeys?: string;
  checkpoint?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'names or ids')
    .option('-a, --attach', 'connect to its output and end with its exit code')
    .option('-i, --interactive', 'connect to its stdin')
    .option('--detach-keys <keys>', `keys that leave it running (${defaultDetachKeys})`)
    .option('--checkpoint <name>', 'go on from a checkpoint')
    .option('--sig-proxy', 'hand signals on to it', true)
    .action((refs: string[], flags: Flags) => start(session, refs, flags));
}

async function start(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { containers } = session.client;
  const { checkpoint } = flags;
  const from = checkpoint === undefined ? {} : { checkpoint };
  if (!flags.attach && !flags.interactive)
    return forEachRef(session, refs, (ref) => containers.start(ref, from));
  if (checkpoint !== undefined)
    throw conflictingOptions('--checkpoint goes without -a and -i', 'attach to it afterwards');
  const [ref = '', ...more] = refs;
  if (more.length > 0) throw conflictingOptions('-a and -i take one container, found several');
  const detachKeys = detachKeysOption(flags.detachKeys);
  const { Id, Config } = await containers.inspect(ref);
  const streams = {
    Tty: Config.Tty === true,
    AttachStdin: flags.interactive === true && Config.OpenStdin === true,
    AttachStdout: true,
    AttachStderr: true,
  };
  const options = { detachKeys, sigProxy: flags.sigProxy ?? true };
  session.exitCode = await runInForeground(session, Id, streams, options);
}
