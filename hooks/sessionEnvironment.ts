import type { ContainerDraft } from './draft.ts';
import { shellWord } from './shellWord.ts';

/** Read by login shells: profile(5) of bash, dash and busybox on all distributions. */
const profilePath = '/etc/profile.d/pouch-environment.sh';

/** What an init, or a login, sets by itself. */
const ofTheirOwn = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'HOSTNAME', 'PWD'],
  ...['container', 'container_uuid'],
]);

/** Longest line that pam_env reads whole in every version (BUF_SIZE of modules/pam_env/pam_env.c). */
const longestLine = 1000;

/**
 * The variables of the container for whatever its init starts. Those that are marked as secrets are left out: every
 * user of the container could read them.
 */
export function sessionEnvironment({ process, secrets = {} }: ContainerDraft): Record<string, string> {
  const isForAll = ([name]: [string, string]) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !ofTheirOwn.has(name) && !(`process.env.${name}` in secrets);
  return Object.fromEntries(Object.entries(process.env).filter(isForAll));
}

/**
 * Gives logins and cron jobs the variables of the container: adds a profile to the draft, and a file with the lines
 * for /etc/environment, which pam_env(8) reads.
 * @param path - of that file
 * @returns a line of shell for a script that runs as root before the init: it puts the lines between markers into
 * /etc/environment, which stays the container's; empty if there are no variables
 */
export function addSessionEnvironment(draft: ContainerDraft, path: string): string {
  const variables = Object.entries(sessionEnvironment(draft));
  if (variables.length === 0) return '';
  const profile = variables.map(([name, value]) => `export ${name}=${shellWord(value)}\n`).join('');
  draft.files[profilePath] = { content: profile, mode: 0o644, readonly: true };
  const lines = variables.filter(isReadByPam).map(([name, value]) => `${name}=${value}\n`);
  draft.files[path] = { content: `${begin}\n${lines.join('')}${end}\n`, mode: 0o644, readonly: true };
  return updateScript(path);
}

const [begin, end] = ['# Variables of the container, by Pouch:', '# End of the variables of the container'];

/** A read-only root file system keeps the file as it is. */
function updateScript(path: string): string {
  const file = '/etc/environment';
  const others = `[ ! -e ${file} ] || sed '/^${begin}$/,/^${end}$/d' ${file}`;
  return `others=$(${others}) && printf '%s\\n' "$others" "$(cat ${path})" 2>/dev/null >${file}`;
}

/** pam_env takes values as they are: it knows no escapes, ends a value at #, and removes quotes around it. */
function isReadByPam([name, value]: [string, string]): boolean {
  const isPlain = !/[#\p{Cc}]/u.test(value) && !/^[\s"']|\s$/.test(value);
  return isPlain && name.length + value.length < longestLine;
}
