import { PouchError } from '../../../hooks/errors.ts';
import type { PreparedTap } from '../tap.ts';
import { checkFixed, checkReserved } from './allowedChanges.ts';
import { clone, isRecord } from './clone.ts';
import type { Change } from './diff.ts';
import { diff } from './diff.ts';
import { formatPath } from './fieldPath.ts';
import { checkSize } from './draftSize.ts';
import { lazyCopy } from './lazyCopy.ts';
import type { FieldOwners } from './FieldOwners.ts';
import { checkConflicts, takeOwnership } from './owners.ts';
import { checkPlainData } from './plainData.ts';
import { checkDraft } from './validate.ts';

/** What a tap got, and what it left there. */
interface Handed {
  readonly tap: PreparedTap;
  readonly draft: object;
  readonly left: object;
}

/**
 * Follows one draft through the taps of a hook. It keeps the last good state, which no tap ever sees; each attempt of a
 * tap gets a copy of its own. The difference between the two is the blame of the tap, and what a tap writes after its
 * end changes nothing.
 */
export class DraftTracker {
  #good: Fields;
  readonly #owners: FieldOwners;
  readonly #handed: Handed[] = [];

  constructor(draft: object, owners: FieldOwners) {
    this.#good = clone(draft) as Fields;
    this.#owners = owners;
  }

  /** The outcome so far. */
  get good(): object {
    return this.#good;
  }

  /**
   * Calls a tap with a draft, and takes over what it did to it, or the draft that it returned; all of it or, with an
   * error, nothing.
   */
  async attempt(tap: PreparedTap, call: (draft: object) => Promise<unknown>): Promise<Change[]> {
    const { view, fields } = lazyCopy(this.#good);
    try {
      const returned = await call(view);
      const draft = returned === undefined || returned === view ? fields : checkReturned(returned);
      const changes = this.#accept(tap, draft);
      this.#handed.push({ tap, draft, left: this.#good });
      return changes;
    } catch (error) {
      if (hasTimedOut(error)) this.#handed.push({ tap, draft: fields, left: clone(fields) });
      throw error;
    }
  }

  /** The taps that have written to their draft after their end, with a field each. */
  lateWriters(): { tap: PreparedTap; field: string }[] {
    return this.#handed.flatMap(({ tap, draft, left }) => {
      const field = firstDifference(left, draft);
      return field === undefined ? [] : [{ tap, field }];
    });
  }

  #accept(tap: PreparedTap, draft: object): Change[] {
    checkSize(this.#good, draft);
    const changes = diff(this.#good, draft);
    if (changes.length > 0) this.#takeOver(tap, draft as Fields, changes);
    return changes;
  }

  #takeOver(tap: PreparedTap, draft: Fields, changes: readonly Change[]): void {
    checkFixed(changes, tap.fixed);
    checkReserved(changes, tap);
    checkPlainData(changes);
    checkConflicts(changes, tap, this.#owners);
    const good = withChanges(this.#good, draft, changes);
    checkDraft(good, changes, tap.schema);
    takeOwnership(changes, tap.plugin, this.#owners);
    this.#good = good;
  }
}

/** Others have ended. */
function hasTimedOut(error: unknown): boolean {
  return error instanceof PouchError && error.code === 'PCH_DEADLINE';
}

function firstDifference(left: object, draft: object): string | undefined {
  try {
    const [change] = diff(left, draft);
    return change && formatPath(change.path);
  } catch {
    return 'a circle';
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
