import { readFile } from 'node:fs/promises';
import { PouchError } from '../../../hooks/index.ts';

/**
 * Returns the id of a group of this host, given by name or id.
 * @throws PCH_LISTEN when the group is not in /etc/group
 */
export async function groupId(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group);
  const lines = (await readFile('/etc/group', 'utf8')).split('\n').map((line) => line.split(':'));
  const number = lines.find(([name]) => name === group)?.[2];
  if (number !== undefined) return Number(number);
  throw new PouchError('PCH_LISTEN', `socketGroup: expected a group of this host, found "${group}"`, {
    hint: `create it: groupadd ${group}`,
  });
}
