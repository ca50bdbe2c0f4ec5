import { stdinNotTerminal } from '../../errors.ts';
import { detachKeysOption } from '../../../client/options/detachKeys.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { ContainerCreateRequest } from '../../../client/index.ts';
import { runAtOnce, startAtOnce } from '../../run/atOnce.ts';
import { createContainer } from '../../run/createContainer.ts';
import { createRequest } from '../../../client/options/createRequest.ts';
import { runInForeground } from '../../run/foreground.ts';
import { addCreateOptions, addForegroundOptions } from '../../run/runOptions.ts';
import { waitSeconds, waitUntilReady } from '../../run/waitUntilReady.ts';
import type { RunFlags } from '../../../client/options/runFlags.ts';
import type { Session } from '../../Session.ts';
import { sizeOf } from '../../streams/followSize.ts';

export function define(command: PouchCommand, session: Session): void {
  addForegroundOptions(command);
  addCreateOptions(command);
  command
    .helpOption('--help', 'show help')
    .argument('<image>', 'Image; pulled if missing')
    .argument('[command...]', "Command and arguments, instead of the image's")
    .passThroughOptions()
    .action(async (image: string, args: string[], flags: RunFlags) => {
      session.exitCode = await run(session, image, args, flags);
    });
}

async function run(session: Session, image: string, command: string[], flags: RunFlags): Promise<number> {
  const { terminal } = session;
  const size = sizeOf(terminal.stdout);
  const body = createRequest({ flags, image, command, environment: terminal.env, size });
  if (body.Tty && body.AttachStdin && !terminal.stdin.isTTY) throw stdinNotTerminal();
  const waitFor = waitSeconds(flags);
  const detachKeys = detachKeysOption(flags.detachKeys);
  const isForeground = body.AttachStdin || body.AttachStdout || body.AttachStderr;
  const exitCode = isForeground && !body.Tty ? await runAtOnce(session, body, flags) : undefined;
  if (exitCode !== undefined) return exitCode;
  if (isForeground) {
    const { Id: id } = await createContainer(session, body, flags);
    const options = { detachKeys, sigProxy: flags.sigProxy ?? true, autoRemove: flags.rm === true };
    return runInForeground(session, id, body, options);
  }
  const id = (await startAtOnce(session, body, flags)) ?? (await createAndStart(session, body, flags));
  session.print(id);
  return waitFor === undefined ? 0 : await waitUntilReady(session, id, waitFor);
}

/** In Docker's two calls. */
async function createAndStart(
  session: Session,
  body: ContainerCreateRequest,
  flags: RunFlags,
): Promise<string> {
  const { Id: id } = await createContainer(session, body, flags);
  await session.client.containers.start(id);
  return id;
}
