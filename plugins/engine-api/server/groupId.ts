import { readFile } from 'node:fs/promises';
import { PouchError } from '../../../hooks/index.ts';

/**
 * The number of a group of this host, by its name or number.
 * @throws PCH_LISTEN when /etc/group has no such name
 */
export async function groupId(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group);
  const lines = (await readFile('/etc/group', 'utf8')).split('\n').map((line) => line.split(':'));
  const number = lines.find(([name]) => name === group)?.[2];
  if (number !== undefined) return Number(number);
  throw new PouchError('PCH_LISTEN', `socketGroup: expected a group of this host, found "${group}"`, {
    hint: `make it: groupadd ${group}`,
  });
}
