import { PouchError } from '../../../hooks/errors.ts';
import type { PreparedTap } from '../tap.ts';
import { clone, isRecord } from './clone.ts';
import type { Change } from './diff.ts';
import { diff } from './diff.ts';
import { formatPath } from './fieldPath.ts';
import type { FieldOwners } from './owners.ts';
import { checkConflicts, takeOwnership } from './owners.ts';
import { checkPlainData } from './plainData.ts';
import { checkDraft } from './validate.ts';

/**
 * Follows one draft through the taps of a hook. Beside the draft that the taps get it keeps the last good state,
 * which no tap ever sees: the difference between the two is the blame of the tap that has just run, and a failed tap
 * is rolled back to it.
 */
export class DraftTracker {
  /** What the next tap gets. */
  draft: object;
  #good: Fields;
  readonly #owners: FieldOwners;

  constructor(draft: object, owners: FieldOwners) {
    this.draft = clone(draft);
    this.#good = clone(draft) as Fields;
    this.#owners = owners;
  }

  /** The outcome so far: nothing that a tap still holds on to. */
  get good(): object {
    return this.#good;
  }

  /** Takes over what a tap did to the draft, or the draft that it returned; all of it or, with an error, nothing. */
  accept(tap: PreparedTap, returned: unknown): Change[] {
    const draft = returned === undefined ? this.draft : checkReturned(returned);
    const changes = diff(this.#good, draft);
    if (changes.length > 0) this.#takeOver(tap, draft as Fields, changes);
    this.draft = draft;
    return changes;
  }

  #takeOver(tap: PreparedTap, draft: Fields, changes: readonly Change[]): void {
    checkFixed(changes, tap.fixed);
    checkPlainData(changes);
    checkConflicts(changes, tap, this.#owners);
    const good = withChanges(this.#good, draft, changes);
    checkDraft(good, changes, tap.schema);
    takeOwnership(changes, tap.plugin, this.#owners);
    this.#good = good;
  }

  /** Back to the last good state. The old object is given up: a tap that timed out may still write to it. */
  rollBack(): void {
    this.draft = clone(this.#good);
  }
}

type Fields = Record<string, unknown>;

/** Copies only the top-level fields in which something has changed. */
function withChanges(good: Fields, draft: Fields, changes: readonly Change[]): Fields {
  const result = { ...good };
  for (const name of new Set(changes.map(({ path }) => path[0] ?? ''))) {
    if (draft[name] === undefined) delete result[name];
    else result[name] = clone(draft[name]);
  }
  return result;
}

function checkReturned(returned: unknown): object {
  if (isRecord(returned)) return returned;
  const found = returned === null ? 'null' : Array.isArray(returned) ? 'an array' : `a ${typeof returned}`;
  throw new PouchError('PCH_PLUGIN_CONTRACT', `the tap returned ${found}; expected a draft or undefined`, {
    hint: 'change the draft in place and return nothing',
  });
}

function checkFixed(changes: readonly Change[], fixed: ReadonlySet<string>): void {
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
