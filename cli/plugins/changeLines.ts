import type { PluginChangeWire } from '../../client/index.ts';
import { alignColumns } from '../output/table.ts';

/** One line per plugin: what a load has changed, the name, and why a new version does not serve. */
export function changeLines(changes: readonly PluginChangeWire[]): string[] {
  return alignColumns(
    changes.map(({ name, isShadow, change, reason = '' }) => [
      change,
      isShadow ? `${name} (shadow)` : name,
      ...(reason === '' ? [] : [reason]),
    ]),
  );
}
