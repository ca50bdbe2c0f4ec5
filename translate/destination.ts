import type { ApiField } from './names/fieldNames.ts';
import { invalid } from './invalid.ts';

/**
 * Returns a path in the container, without `.` and redundant slashes.
 * @throws PCH_OPTION_INVALID for a relative path, "/" or a path with `..`
 */
export function destinationOf(field: ApiField, path: string): string {
  if (!path.startsWith('/')) throw invalid(field, 'an absolute path in the container', path);
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalid(field, 'a path without ".."', path);
  if (parts.length === 0)
    throw invalid(field, 'a path below "/"', path, 'the root file system comes from the image');
  return `/${parts.join('/')}`;
}
