import type { ExecCreateRequest } from '../../client/index.ts';
import { detachKeysOption } from '../../client/options/detachKeys.ts';
import type { DetachKeys } from '../../client/options/detachKeys.ts';
import { environmentOf, type EnvironmentFlags } from '../../client/options/environment.ts';
import type { Session, Terminal } from '../Session.ts';
import { connect } from '../streams/connect.ts';
import { followSize, sizeOf } from '../streams/followSize.ts';

export interface ExecFlags extends EnvironmentFlags {
  detach?: boolean;
  interactive?: boolean;
  tty?: boolean;
  workdir?: string;
  user?: string;
  privileged?: boolean;
  detachKeys?: string;
  /** In the login shell of the user. */
  login?: boolean;
}

/** Runs a command in a running container. Returns its exit code, 0 if it is detached. */
export async function runExec(
  session: Session,
  ref: string,
  args: string[],
  flags: ExecFlags,
): Promise<number> {
  const { execs } = session.client;
  const detachKeys = detachKeysOption(flags.detachKeys);
  const body = execRequest(args, flags, session.terminal);
  const { Id: id } = await execs.create(ref, body);
  if (flags.detach) {
    await execs.startDetached(id);
    return 0;
  }
  const outcome = await execInForeground(session, id, body, detachKeys);
  return outcome === 'detached' ? 0 : ((await execs.inspect(id)).ExitCode ?? 0);
}

/** Returns the body of `POST /containers/{id}/exec` for flags. */
export function execRequest(args: string[], flags: ExecFlags, terminal: Pick<Terminal, 'env' | 'stdout'>) {
  const size = flags.tty ? sizeOf(terminal.stdout) : undefined;
  const body: ExecCreateRequest = {
    Cmd: args,
    AttachStdin: flags.interactive === true && !flags.detach,
    AttachStdout: !flags.detach,
    AttachStderr: !flags.detach,
    Tty: flags.tty === true,
    ...(flags.login && { Login: true }),
    ...environmentOf(flags, terminal.env),
    ...(flags.workdir !== undefined && { WorkingDir: flags.workdir }),
    ...(flags.user !== undefined && { User: flags.user }),
    ...(flags.privileged !== undefined && { Privileged: flags.privileged }),
    ...(flags.detachKeys !== undefined && { DetachKeys: flags.detachKeys }),
    ...(size && { ConsoleSize: [size.height, size.width] }),
  };
  return body;
}

async function execInForeground(session: Session, id: string, body: ExecCreateRequest, keys: DetachKeys) {
  const { execs } = session.client;
  const tty = body.Tty === true;
  const hijacked = await execs.start(id, {
    Detach: false,
    Tty: tty,
    ...(body.ConsoleSize && { ConsoleSize: body.ConsoleSize }),
  });
  if (tty) followSize(session.terminal.stdout, (size) => execs.resize(id, size));
  return connect(
    hijacked,
    { tty, stdin: body.AttachStdin === true, detachKeys: keys.bytes },
    session.terminal,
  );
}
