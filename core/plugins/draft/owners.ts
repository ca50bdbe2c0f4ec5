import { PouchError } from '../../../hooks/errors.ts';
import { parseReference, type PreparedTap } from '../tap.ts';
import type { Change } from './diff.ts';
import type { FieldOwners } from './FieldOwners.ts';
import { formatPath } from './fieldPath.ts';

/** What these have set, every plugin may change. */
const free = new Set(['core', 'request', 'image']);

/**
 * Checks that no change touches a field that another plugin has set.
 * @throws PCH_PLUGIN_CONFLICT
 */
export function checkConflicts(changes: readonly Change[], tap: PreparedTap, owners: FieldOwners): void {
  for (const change of changes) {
    for (const owner of owners.of(change.path)) {
      if (owner !== tap.plugin && !free.has(owner) && !mayOverride(tap, owner))
        throw conflict(change, owner, tap);
    }
  }
}

/** `*` is for a tap that carries what others have set on in another form, as a rich mode does with the command. */
function mayOverride({ overrides }: PreparedTap, owner: string): boolean {
  const [ofOwner] = owner.split('/');
  return overrides.some((name) => name === '*' || parseReference(name).plugin === ofOwner);
}

/** Notes the plugin as the owner of what it has changed. */
export function takeOwnership(changes: readonly Change[], plugin: string, owners: FieldOwners): void {
  for (const { path } of changes) owners.set(path, plugin);
}

function conflict({ path }: Change, owner: string, tap: PreparedTap): PouchError {
  const field = formatPath(path);
  return new PouchError(
    'PCH_PLUGIN_CONFLICT',
    `plugins ${owner} and ${tap.plugin} both tried to set ${field}`,
    { hint: `disable one of them, or ${wayOut(tap, owner)}` },
  );
}

/** The name of a part is `PLUGIN/PART`: a program that the plugin speaks for, which declares nothing. */
function wayOut({ plugin, hook }: PreparedTap, owner: string): string {
  if (plugin.includes('/')) return `have ${plugin} leave the field alone`;
  const [ofOwner] = owner.split('/');
  return `let ${plugin} declare \`overrides: ['${ofOwner}']\` on its tap of ${hook}`;
}
