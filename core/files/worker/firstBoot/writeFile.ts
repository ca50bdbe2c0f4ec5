import type { FirstFile } from '../../../contract/firstBoot/types.ts';
import type { ContainerFiles, Ids } from './ContainerFiles.ts';
import { accountOf, Table } from './tables.ts';

/** Writes a file of the user data. An append is left out if the file ends with the text already. */
export function writeFile(files: ContainerFiles, { path, content, owner, mode, append }: FirstFile): void {
  const text = Buffer.from(content, 'base64').toString('latin1');
  const found = append ? (files.read(path) ?? '') : '';
  if (append && text !== '' && found.endsWith(text)) return;
  files.write(path, found + text, { ids: idsOf(files, owner), mode, keeps: append && found !== '' });
}

/** Of `user[:group]`, names or numbers. */
function idsOf(files: ContainerFiles, owner: string): Ids {
  const [user = 'root', group] = owner.split(':');
  if (owner === 'root:root' || owner === 'root') return { uid: 0, gid: 0 };
  const ids = /^\d+$/.test(user) ? { uid: Number(user), gid: 0 } : accountOf(files, user);
  if (group === undefined) return ids;
  const gid = /^\d+$/.test(group) ? group : new Table(files, 'group').get(group)?.[2];
  if (gid === undefined) throw new Error(`/etc/group has no group ${group}`);
  return { uid: ids.uid, gid: Number(gid) };
}
