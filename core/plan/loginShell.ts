import type { ContainerDraft } from '../../hooks/draft.ts';
import type { ExecRequest } from '../../hooks/engine.ts';
import { sessionEnvironment } from '../../hooks/sessionEnvironment.ts';
import { shellWord } from '../../hooks/shellWord.ts';
import type { ResolvedUser } from './users.ts';

/** Used for an account without a shell, as login(1) does, and by the start below if that shell does not exist. */
const defaultShell = '/bin/sh';

/** Becomes the shell of the account. Its arguments are those of the shell. */
const becomeShell = `[ -x "$SHELL" ] || export SHELL=${defaultShell}; exec "$SHELL" -l "$@"`;
const goHome = 'cd "$HOME" 2>/dev/null || cd /';

/** The part of an exec that a login shell decides. */
export interface Login {
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/**
 * Returns the login shell of an account, with the environment of a login: that of the container without its secrets,
 * and what login(1) sets. The shell reads the profile.
 */
export function loginShell(request: ExecRequest, container: ContainerDraft, account: ResolvedUser): Login {
  const shell = account.shell || defaultShell;
  const { args, cwd = '' } = request;
  const script = cwd === '' ? `${goHome}; ${becomeShell}` : becomeShell;
  const command = args.length > 0 ? ['-c', args.map(quote).join(' ')] : [];
  const { PATH = '' } = container.process.env;
  return {
    args: ['/bin/sh', '-c', script, 'login', ...command],
    env: {
      ...sessionEnvironment(container),
      ...(PATH !== '' && { PATH }),
      HOME: account.home,
      SHELL: shell,
      ...(account.name !== '' && { USER: account.name, LOGNAME: account.name }),
    },
    cwd: cwd || '/',
  };
}

/** Plain words are left as they are, so that the command is easy to read. */
function quote(word: string): string {
  return /^[\w/.:=@%+,-]+$/.test(word) ? word : shellWord(word);
}
