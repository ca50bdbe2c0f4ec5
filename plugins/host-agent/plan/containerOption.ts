import { profileLabel } from '../../../client/wire.ts';
import type { VolumeRequest } from '../../../hooks/index.ts';
import { fieldOptions } from '../../../translate/words/fieldOptions.ts';
import type { Difference } from './differences.ts';
import { isEntry } from './differences.ts';

/**
 * The option of a difference as the file has it, and the keys within it. Some fields are those of several options: a
 * mount may be from `volume`, `mount` or `tmpfs`, and a variable from `secret-env`.
 */
export function containerOption(
  { path, before, after }: Difference,
  secrets: ReadonlySet<string>,
): readonly string[] {
  const [field, key = ''] = path;
  if (field === 'volumes' && isEntry(path)) return [mountOption((after ?? before) as VolumeRequest), key];
  if (field === 'env' && secrets.has(key)) return ['secret-env', key];
  if (field === 'labels' && key === profileLabel) return ['profiles'];
  return fieldOptions(path);
}

function mountOption({ form, kind }: VolumeRequest): string {
  if (form === 'mount') return 'mount';
  return kind === 'tmpfs' ? 'tmpfs' : 'volume';
}
