import { PouchError } from '../../../hooks/errors.ts';
import type { PreparedTap } from '../tap.ts';
import type { Change } from './diff.ts';
import { formatPath, isWithin, withParents } from './fieldPath.ts';

/**
 * Which plugin has set a field, by its written path. It outlives one hook: preCreate and spec of a container share
 * it.
 */
export type FieldOwners = Map<string, string>;

/** What these have set, every plugin may change. */
const free = new Set(['core', 'request', 'image']);

/**
 * Checks that no change touches a field that another plugin has set.
 * @throws PCH_PLUGIN_CONFLICT
 */
export function checkConflicts(changes: readonly Change[], tap: PreparedTap, owners: FieldOwners): void {
  if (owners.size === 0) return;
  for (const change of changes) {
    for (const owner of ownersOf(change, owners)) {
      if (owner !== tap.plugin && !free.has(owner) && !mayOverride(tap, owner))
        throw conflict(change, owner, tap);
    }
  }
}

/** `*` is for a tap that carries what others have set on in another form, as a rich mode does with the command. */
function mayOverride({ overrides }: PreparedTap, owner: string): boolean {
  return overrides.has(owner) || overrides.has('*');
}

/** Notes the plugin as the owner of what it has changed. */
export function takeOwnership(changes: readonly Change[], plugin: string, owners: FieldOwners): void {
  for (const { path } of changes) {
    const field = formatPath(path);
    for (const below of fieldsBelow(field, owners)) owners.delete(below);
    owners.set(field, plugin);
  }
}

/** The owner of the field or else of what it is a part of, and the owners of its parts. */
function ownersOf({ path }: Change, owners: FieldOwners): string[] {
  const [field, ...parents] = withParents(path);
  const holder = [field ?? '', ...parents]
    .map((name) => owners.get(name))
    .find((owner) => owner !== undefined);
  const parts = fieldsBelow(field ?? '', owners).map((name) => owners.get(name) ?? '');
  return holder === undefined ? parts : [holder, ...parts];
}

function fieldsBelow(field: string, owners: FieldOwners): string[] {
  return [...owners.keys()].filter((name) => name !== field && isWithin(name, field));
}

function conflict({ path }: Change, owner: string, tap: PreparedTap): PouchError {
  const field = formatPath(path);
  return new PouchError(
    'PCH_PLUGIN_CONFLICT',
    `plugins ${owner} and ${tap.plugin} both tried to set ${field}`,
    {
      hint: `disable one of them, or let ${tap.plugin} declare \`overrides: ['${owner}']\` on its tap of ${tap.hook}`,
    },
  );
}
