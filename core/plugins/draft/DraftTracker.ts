import type { PreparedTap } from '../tap.ts';
import { checkFixed, checkReserved } from './allowedChanges.ts';
import { checkReturned } from './checkReturned.ts';
import { clone } from './clone.ts';
import { DraftCopy } from './DraftCopy.ts';
import type { Change } from './diff.ts';
import { diff } from './diff.ts';
import { formatPath } from './fieldPath.ts';
import { checkSize } from './draftSize.ts';
import type { FieldOwners } from './FieldOwners.ts';
import { checkConflicts, takeOwnership } from './owners.ts';
import { checkPlainData } from './plainData.ts';
import { checkDraft, fitsByField } from './validate.ts';

/** A draft that a tap has returned in place of its own, with what was taken over. */
interface Returned {
  readonly tap: PreparedTap;
  readonly draft: object;
  readonly taken: object;
}

/**
 * Follows one draft through the taps of a hook. It keeps the last good state, which no tap ever sees; each attempt of a
 * tap gets a copy of its own. The difference between the two is the blame of the tap, and what a tap writes after its
 * end changes nothing.
 */
export class DraftTracker {
  #good: Fields;
  readonly #owners: FieldOwners;
  readonly #copies: { tap: PreparedTap; copy: DraftCopy }[] = [];
  readonly #returned: Returned[] = [];

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
    const copy = new DraftCopy(this.#good);
    this.#copies.push({ tap, copy });
    try {
      const returned = await call(copy.view);
      const isOwn = returned === undefined || returned === copy.view;
      return isOwn ? this.#acceptCopy(tap, copy) : this.#acceptReturned(tap, checkReturned(returned));
    } finally {
      copy.end();
    }
  }

  /** The taps that have written to their draft after their end, with a field each. */
  lateWriters(): { tap: PreparedTap; field: string }[] {
    return [
      ...this.#copies.map(({ tap, copy }) => ({ tap, field: copy.lateWrite() })),
      ...this.#returned.map(({ tap, draft, taken }) => ({ tap, field: firstDifference(taken, draft) })),
    ].flatMap(({ tap, field }) => (field === undefined ? [] : [{ tap, field }]));
  }

  #acceptCopy(tap: PreparedTap, copy: DraftCopy): Change[] {
    checkSize(copy.written());
    const changes = copy.changes();
    if (changes.length === 0) return changes;
    this.#check(tap, changes);
    // Most fit. Then the state changes in place, which costs as much as the changes, however large the draft is.
    if (!fitsByField(this.#good, changes, tap.schema)) {
      checkDraft(copy.applyTo(clone(this.#good)), changes, tap.schema);
    }
    copy.applyTo(this.#good);
    takeOwnership(changes, tap.plugin, this.#owners);
    return changes;
  }

  #acceptReturned(tap: PreparedTap, draft: object): Change[] {
    const good = this.#good;
    const written = Object.entries<unknown>(draft as Fields).filter(([name, value]) => value !== good[name]);
    checkSize(written.map(([, value]) => value));
    const changes = diff(good, draft);
    if (changes.length > 0) {
      this.#check(tap, changes);
      const next = withChanges(good, draft as Fields, changes);
      checkDraft(next, changes, tap.schema);
      takeOwnership(changes, tap.plugin, this.#owners);
      this.#good = next;
    }
    this.#returned.push({ tap, draft, taken: clone(this.#good) });
    return changes;
  }

  #check(tap: PreparedTap, changes: readonly Change[]): void {
    checkFixed(changes, tap.fixed);
    checkReserved(changes, tap);
    checkPlainData(changes);
    checkConflicts(changes, tap, this.#owners);
  }
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
