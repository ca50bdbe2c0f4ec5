/** Creates users and groups in the account files, as useradd(8) does, which an image need not have. */
import type { FirstBootSetup, FirstUser } from '../../../contract/firstBoot/types.ts';
import type { ContainerFiles } from './ContainerFiles.ts';
import { accountOf, Table } from './tables.ts';

/** Bounds of ids (login.defs(5)). */
const idRanges = { user: [1000, 60_000], system: [100, 999] } as const;

interface Tables {
  passwd: Table;
  group: Table;
  shadow: Table;
}

export function addAccounts(files: ContainerFiles, setup: FirstBootSetup, today: number): void {
  const open = (name: keyof Tables) => new Table(files, name);
  const tables: Tables = { passwd: open('passwd'), group: open('group'), shadow: open('shadow') };
  for (const { name } of setup.groups) addGroup(tables, name);
  for (const user of setup.users) addUser(tables, user, { today, shell: shellOf(files) });
  for (const { name, members } of setup.groups) for (const member of members) join(tables, name, member);
  // The user comes last: what an interrupted start has not written, the next one adds.
  tables.group.save(files);
  tables.shadow.save(files);
  tables.passwd.save(files);
  for (const user of setup.users) makeHome(files, user);
  allowSudo(files, setup.users);
}

function shellOf(files: ContainerFiles): string {
  return files.exists('/bin/bash') ? '/bin/bash' : '/bin/sh';
}

function addGroup({ group }: Tables, name: string, { system = false, wanted }: GroupOptions = {}): string {
  const found = group.get(name)?.[2];
  if (found !== undefined) return found;
  const ids = group.ids();
  const gid = String(wanted !== undefined && !ids.has(wanted) ? wanted : freeId(ids, system));
  group.add([name, 'x', gid, '']);
  return gid;
}

interface GroupOptions {
  system?: boolean;
  /** Its id, if that is free. */
  wanted?: number;
}

function addUser(tables: Tables, user: FirstUser, { today, shell }: { today: number; shell: string }): void {
  const { passwd, shadow } = tables;
  const { name, system } = user;
  if (!passwd.get(name)) {
    const uid = user.uid ?? freeId(new Set([...passwd.ids(), ...tables.group.ids()]), system);
    if (passwd.ids().has(uid)) throw new Error(`the uid ${uid} of ${name} belongs to another user`);
    const gid = addGroup(tables, user.primaryGroup ?? name, { system, wanted: uid });
    const home = user.home ?? `/home/${name}`;
    passwd.add([name, 'x', uid, gid, latin1(user.gecos), latin1(home), latin1(user.shell ?? shell)]);
  }
  if (!shadow.get(name)) shadow.add([name, '*', today, 0, 99_999, 7, '', '', '']);
  if (user.passwordHash !== undefined)
    shadow.set(name, 1, user.isLocked ? `!${user.passwordHash}` : user.passwordHash);
  for (const group of user.groups) {
    addGroup(tables, group);
    join(tables, group, name);
  }
}

function join({ group }: Tables, name: string, member: string): void {
  const members = (group.get(name)?.[3] ?? '').split(',').filter(Boolean);
  if (!members.includes(member)) group.set(name, 3, [...members, member].join(','));
}

function freeId(taken: ReadonlySet<number>, system: boolean): number {
  const [first, last] = idRanges[system ? 'system' : 'user'];
  for (let id = first; id <= last; id++) if (!taken.has(id)) return id;
  throw new Error('no id is free');
}

/** With the files of /etc/skel, as far as they are regular ones. */
function makeHome(files: ContainerFiles, { name, createHome }: FirstUser): void {
  if (!createHome) return;
  const { home, ...ids } = accountOf(files, name);
  if (!files.makeDirectory(home, { ids, mode: 0o755 })) return;
  for (const file of files.list('/etc/skel')) {
    const content = regular(files, `/etc/skel/${file}`);
    if (content !== undefined) files.write(`${home}/${file}`, content, { ids, mode: 0o644 });
  }
}

function regular(files: ContainerFiles, path: string): string | undefined {
  try {
    return files.read(path);
  } catch {
    return undefined;
  }
}

function allowSudo(files: ContainerFiles, users: readonly FirstUser[]): void {
  const lines = users.flatMap(({ name, sudo }) => sudo.map((rule) => `${name} ${latin1(rule)}\n`));
  if (lines.length > 0)
    files.write('/etc/sudoers.d/90-pouch-users', lines.join(''), { ids: { uid: 0, gid: 0 }, mode: 0o440 });
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
