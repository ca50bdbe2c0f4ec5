import { CliError } from '../../errors.ts';
import { detachKeysHelp, detachKeysOption } from '../../../client/options/detachKeys.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { exitCodeOf } from '../../run/exitCodeOf.ts';
import { connect } from '../../streams/connect.ts';
import { followSize } from '../../streams/followSize.ts';
import { signalPasser } from '../../streams/passSignal.ts';
import { noProxy, proxySignals } from '../../streams/proxySignals.ts';

interface Flags {
  stdin: boolean;
  sigProxy?: boolean;
  detachKeys?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('--no-stdin', 'Do not attach STDIN')
    .option('--detach-keys <keys>', detachKeysHelp)
    .option('--sig-proxy', 'Proxy all received signals to the process', true)
    .action(async (ref: string, flags: Flags) => {
      session.exitCode = await attach(session, ref, flags);
    });
}

/** Returns the container's exit code, or 0 after a detach. */
async function attach(session: Session, ref: string, flags: Flags): Promise<number> {
  const { containers } = session.client;
  const keys = detachKeysOption(flags.detachKeys);
  const { Id: id, Config, State } = await containers.inspect(ref);
  if (!State.Running) throw notRunning(ref);
  const stdin = flags.stdin && Config.OpenStdin === true;
  const tty = Config.Tty === true;
  const [hijacked, outcome] = await Promise.all([
    containers.attach(id, { stdin, stdout: true, stderr: true, ...(keys.text && { detachKeys: keys.text }) }),
    containers.wait(id, 'not-running'),
  ]);
  if (tty) followSize(session.terminal.stdout, (size) => containers.resize(id, size));
  const pass = signalPasser(session.client);
  const signals = flags.sigProxy ? proxySignals(Promise.resolve(), (signal) => pass(id, signal)) : noProxy;
  const streams = { tty, stdin, detachKeys: keys.bytes };
  const how = await connect(hijacked, streams, session.terminal).finally(() => signals.stop());
  return how === 'detached' ? 0 : exitCodeOf(session, await outcome());
}

function notRunning(ref: string): CliError {
  return new CliError(
    'PCH_CONTAINER_NOT_RUNNING',
    `cannot attach to container ${ref}: it is not running`,
    `start it with \`pouch start -a ${ref}\`, or see its output with \`pouch logs ${ref}\``,
  );
}
