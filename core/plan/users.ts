/**
 * Resolves `user[:group]` and supplementary groups against an image's /etc/passwd and /etc/group (passwd(5),
 * group(5)).
 */
import { PouchError } from '../../hooks/errors.ts';

export interface ResolvedUser {
  uid: number;
  gid: number;
  additionalGids: number[];
  home: string;
  /** Empty for a uid without an account. */
  name: string;
  /** As the account has it; empty if it names none. */
  shell: string;
}

interface Passwd {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
}

interface Group {
  name: string;
  gid: number;
  members: string[];
}

/** Texts of /etc/passwd and /etc/group; empty for a file that is missing or was not read. */
export interface AccountFiles {
  passwd: string;
  group: string;
  /** Whose they are, for messages. */
  of?: 'container';
  /** Why a file was not read, which only names need. */
  refused?: { passwd?: string; group?: string };
}

/** @throws PCH_USER_NOT_FOUND if a name is not in the files */
export function resolveUser(user: string, groups: readonly string[], files: AccountFiles): ResolvedUser {
  const [userPart = '', groupPart] = user.split(':', 2);
  const allGroups = parseGroups(files.group);
  const account = findUser(userPart || '0', parsePasswd(files.passwd), files);
  const gid = groupPart ? groupId(groupPart, allGroups, files) : account.gid;
  const memberships = groupPart || !account.name ? [] : membershipsOf(account.name, allGroups);
  const extra = groups.map((group) => groupId(group, allGroups, files));
  return {
    uid: account.uid,
    gid,
    // The primary group is one of them: else a process could leave it, and with it what a file denies to that group.
    additionalGids: [...new Set([gid, ...memberships, ...extra])],
    home: account.home,
    name: account.name,
    shell: account.shell,
  };
}

function findUser(wanted: string, accounts: Passwd[], files: AccountFiles): Passwd {
  const byName = accounts.find(({ name }) => name === wanted);
  if (byName) return byName;
  const uid = toId(wanted);
  if (uid === undefined) throw notFound('user', wanted, 'passwd', files);
  return accounts.find((account) => account.uid === uid) ?? { name: '', uid, gid: 0, home: '/', shell: '' };
}

function groupId(wanted: string, groups: Group[], files: AccountFiles): number {
  const gid = groups.find(({ name }) => name === wanted)?.gid ?? toId(wanted);
  if (gid === undefined) throw notFound('group', wanted, 'group', files);
  return gid;
}

function membershipsOf(user: string, groups: Group[]): number[] {
  return groups.filter(({ members }) => members.includes(user)).map(({ gid }) => gid);
}

/** 0 … 2^31-1, as runtimes take them. */
function toId(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  return id !== undefined && id <= 0x7fffffff ? id : undefined;
}

function parsePasswd(text: string): Passwd[] {
  return fields(text).map(([name = '', , uid, gid, , home = '/', shell = '']) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    home: home || '/',
    shell: shell.startsWith('/') ? shell : '',
  }));
}

function parseGroups(text: string): Group[] {
  return fields(text).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(',').filter(Boolean),
  }));
}

function fields(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => line.split(':')).filter((parts) => /^\d+$/.test(parts[2] ?? ''));
}

function notFound(
  what: string,
  name: string,
  file: 'passwd' | 'group',
  { of, refused = {} }: AccountFiles,
): PouchError {
  const [owner, why] = [of ?? 'image', refused[file]];
  if (why !== undefined)
    return new PouchError('PCH_USER_NOT_FOUND', `the ${what} "${name}" cannot be looked up: ${why}`, {
      hint: `give the ${what}'s number, or repair /etc/${file} in the container`,
    });
  return new PouchError('PCH_USER_NOT_FOUND', `the ${owner}'s /etc/${file} has no ${what} "${name}"`, {
    hint: `give the ${what}'s number, or add it to the ${owner}`,
  });
}
