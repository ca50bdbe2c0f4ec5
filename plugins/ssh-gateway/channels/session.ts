/** A session of a client (RFC 4254, 6): a shell, a command, or sftp. */
import { type ExecRequest, messageOf } from '../../../hooks/index.ts';
import type { ChannelOwner, Login, Traffic } from '../context.ts';
import type { Channel, Session } from '../library.ts';
import type { Action } from '../options.ts';
import { audited } from './audited.ts';
import { type ChannelProcess, runProcess, type Size } from './runProcess.ts';
import { serveSftp } from './sftp.ts';

/** Variables that a client may set, and how many. sshd of Debian takes the same. */
const allowedVariables = /^(LANG|LC_[A-Z]+|COLORTERM)$/;
const mostVariables = 20;
const longestValue = 256;
const longestCommand = 128 * 1024;
/** Rows and columns. */
const largestSize = 10_000;

export function serveSession(session: Session, connection: ChannelOwner): void {
  const env: Record<string, string> = {};
  let terminal: { size: Size } | undefined;
  let resize: (size: Size) => void = (size) => void (terminal && (terminal.size = size));
  session.on('pty', (accept, _reject, info) => {
    terminal = { size: sizeOf(info) };
    const term = info.term ?? '';
    if (/^[A-Za-z0-9._+-]{1,64}$/.test(term)) env['TERM'] = term;
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    resize(sizeOf(info));
    accept?.();
  });
  session.on('env', (accept, reject, { key, val }) => {
    const isTaken = allowedVariables.test(key) && val.length <= longestValue && !/\p{Cc}/u.test(val);
    if (!isTaken || Object.keys(env).length >= mostVariables) return void reject?.();
    env[key] = val;
    accept?.();
  });
  const start = (what: 'shell' | 'exec', channel: Channel, args: string[], command?: string) => {
    const request: ExecRequest = { args, login: true, env, tty: terminal !== undefined };
    const process: ChannelProcess = {
      request,
      channel,
      consoleSize: terminal?.size,
      onResize: (set) => void (resize = set),
    };
    begin(connection, channel, { what, command }, (login, traffic) =>
      runProcess(connection, { login, traffic }, process),
    );
  };
  session.on('shell', (accept) => start('shell', accept(), []));
  session.on('exec', (accept, reject, { command }) => {
    if (command.length > longestCommand || command.includes('\0')) return void reject?.();
    start('exec', accept(), ['/bin/sh', '-c', command], command);
  });
  session.on('subsystem', (accept, reject, { name }) => {
    if (name !== 'sftp') return void reject?.();
    const channel = accept();
    begin(connection, channel, { what: 'sftp' }, (login, traffic) =>
      serveSftp(connection, channel, login, traffic),
    );
  });
}

type Work = (login: Login, traffic: Traffic) => Promise<string>;

/** A failure is a message for the client, and the exit code of ssh for it. */
function begin(
  connection: ChannelOwner,
  channel: Channel,
  { what, command }: { what: Action; command?: string | undefined },
  work: Work,
): void {
  channel.on('error', () => undefined);
  const isLogged = command !== undefined && connection.shared.options.logCommands;
  const about = isLogged ? { command: command.slice(0, 4096) } : {};
  const served = async () => {
    try {
      await audited(connection, what, about, work);
    } catch (error) {
      if (channel.destroyed) return;
      channel.stderr.write(`pouch: ${messageOf(error)}\r\n`);
      channel.exit(255);
      channel.end();
    }
  };
  connection.track(served());
}

function sizeOf({ rows, cols }: { rows: number; cols: number }): Size {
  const bounded = (value: number, otherwise: number) =>
    Math.min(Math.max(value || otherwise, 1), largestSize);
  return { height: bounded(rows, 24), width: bounded(cols, 80) };
}
