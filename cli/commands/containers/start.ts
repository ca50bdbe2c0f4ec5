import { forEachRef } from '../../containers/forEachRef.ts';
import { conflictingOptions } from '../../errors.ts';
import { detachKeysHelp, detachKeysOption } from '../../../client/options/detachKeys.ts';
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
    .argument('<container...>', 'Names or IDs')
    .option('-a, --attach', 'Attach STDOUT/STDERR and forward signals')
    .option('-i, --interactive', "Attach container's STDIN")
    .option('--detach-keys <keys>', detachKeysHelp)
    .option('--checkpoint <name>', 'Restore from this checkpoint')
    .option('--sig-proxy', 'Proxy all received signals to the process', true)
    .action((refs: string[], flags: Flags) => start(session, refs, flags));
}

async function start(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { containers } = session.client;
  const { checkpoint } = flags;
  const from = checkpoint === undefined ? {} : { checkpoint };
  if (!flags.attach && !flags.interactive)
    return forEachRef(session, refs, (ref) => containers.start(ref, from));
  if (checkpoint !== undefined)
    throw conflictingOptions(
      '--checkpoint and -a or -i exclude each other',
      'use `pouch attach` after the start',
    );
  const [ref = '', ...more] = refs;
  if (more.length > 0) throw conflictingOptions('-a and -i: expected one container, found several');
  const detachKeys = detachKeysOption(flags.detachKeys);
  const { Id, Config, HostConfig } = await containers.inspect(ref);
  const streams = {
    Tty: Config.Tty === true,
    AttachStdin: flags.interactive === true && Config.OpenStdin === true,
    AttachStdout: true,
    AttachStderr: true,
  };
  const options = {
    detachKeys,
    sigProxy: flags.sigProxy ?? true,
    autoRemove: HostConfig.AutoRemove === true,
  };
  session.exitCode = await runInForeground(session, Id, streams, options);
}
