/** Host ids for containers that have users of their own: no two containers get the same. */
import type { IdRange } from '../../config/types.ts';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';

export class UserRanges {
  readonly #records: () => readonly Pick<ContainerRecord, 'draft'>[];
  /** Of containers that are being planned or made, by id. */
  readonly #promised = new Map<string, IdRange>();

  /** `records` answers all containers there are. */
  constructor(records: () => readonly Pick<ContainerRecord, 'draft'>[]) {
    this.#records = records;
  }

  /** The lowest free range of that size, kept for a container until `release` or its record. @throws PCH_USERNS_FULL */
  take(id: string, size: number, within: IdRange): IdRange {
    const taken = [...this.#taken(id)].sort((a, b) => a.first - b.first);
    let first = within.first;
    for (const range of taken) if (range.first < first + size) first = Math.max(first, range.last + 1);
    if (first + size - 1 > within.last) throw full(size, within);
    const range = { first, last: first + size - 1 };
    this.#promised.set(id, range);
    return range;
  }

  /** The container is made and has a record, or is not made after all. */
  release(id: string): void {
    this.#promised.delete(id);
  }

  *#taken(id: string): Iterable<IdRange> {
    for (const [owner, range] of this.#promised) if (owner !== id) yield range;
    for (const { draft } of this.#records())
      for (const { hostID, size } of [...draft.uidMappings, ...draft.gidMappings])
        yield { first: hostID, last: hostID + size - 1 };
  }
}

function full(size: number, { first, last }: IdRange): PouchError {
  return new PouchError(
    'PCH_USERNS_FULL',
    `there are no ${size} free ids in a row from ${first} to ${last}`,
    {
      hint: 'remove containers that are not needed, give a smaller --userns auto:size=N, or widen userns.range in pouchd.yaml',
    },
  );
}
