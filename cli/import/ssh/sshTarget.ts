import { CliError } from '../../errors.ts';

/** A host and a directory of it. None of its texts has a character that a shell or an option parser would interpret. */
export interface SshTarget {
  host: string;
  user?: string;
  port?: string;
  /** Absolute, without a slash at its end; empty for the root. */
  path: string;
}

const pattern =
  /^ssh:\/\/(?:(?<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)@)?(?<host>[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::(?<port>\d{1,5}))?(?<path>(?:\/[A-Za-z0-9._-]*)*)$/;

/** Parses `ssh://[USER@]HOST[:PORT][/PATH]`. @throws PCH_OPTION_INVALID */
export function parseSshTarget(text: string): SshTarget {
  const { host, user, port, path = '' } = pattern.exec(text)?.groups ?? {};
  if (host === undefined || path.split('/').includes('..'))
    throw new CliError(
      'PCH_OPTION_INVALID',
      `SOURCE: expected ssh://[USER@]HOST[:PORT][/PATH], found "${text}"`,
      'give the host a name in ~/.ssh/config if it needs other options',
    );
  return { host, ...(user && { user }), ...(port && { port }), path: path.replace(/\/+$/, '') };
}

/** Options of ssh(1) for the target; all others are those of the user's ~/.ssh/config, host keys too. */
export function sshOptions({ user, port }: SshTarget): string[] {
  return [...(port ? ['-p', port] : []), ...(user ? ['-l', user] : [])];
}

/** The name of the host as ssh takes it. */
export function sshHost({ host }: SshTarget): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
