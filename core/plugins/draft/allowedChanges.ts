/** Which parts of a draft a tap may change. */
import type { ReservedKey } from '../../../hooks/draftKeys.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { PreparedTap } from '../tap.ts';
import type { Change } from './diff.ts';
import { formatPath } from './fieldPath.ts';

/** @throws PCH_PLUGIN_CONTRACT */
export function checkFixed(changes: readonly Change[], fixed: ReadonlySet<string>): void {
  const touched = changes.find(({ path }) => fixed.has(path[0] ?? ''));
  if (!touched) return;
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `the tap changed ${formatPath(touched.path)}, which is fixed in this hook`,
    {
      hint: `no tap may change ${[...fixed].join(', ')} here`,
    },
  );
}

/**
 * The engine would replace what a tap sets there.
 * @throws PCH_PLUGIN_RESERVED
 */
export function checkReserved(
  changes: readonly Change[],
  { plugin, reserved }: Pick<PreparedTap, 'plugin' | 'reserved'>,
): void {
  const touched = changes.find(({ path }) => reserved.some((key) => isReserved(path, key)));
  if (!touched) return;
  const [map = '', key = ''] = touched.path;
  throw new PouchError(
    'PCH_PLUGIN_RESERVED',
    `plugin ${plugin} set ${formatPath([map, key])}, which Pouch sets itself`,
    { hint: `choose another key, such as ${formatPath([map, `${plugin}.${key}`])}` },
  );
}

function isReserved([map, key = '']: readonly string[], reserved: ReservedKey): boolean {
  if (map !== reserved.map) return false;
  return reserved.isPrefix ? key.startsWith(reserved.key) : key === reserved.key;
}
