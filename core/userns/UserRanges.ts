/** Ranges of host ids for containers with a user namespace; they do not overlap. */
import type { IdRange } from '../../config/types.ts';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { field } from '../../hooks/fields.ts';

export class UserRanges {
  readonly #records: () => readonly Pick<ContainerRecord, 'draft'>[];
  /** Ranges of containers that are being planned or created, by container id. */
  readonly #promised = new Map<string, IdRange>();

  /** `records` returns all containers. */
  constructor(records: () => readonly Pick<ContainerRecord, 'draft'>[]) {
    this.#records = records;
  }

  /** Reserves the lowest free range of that size for a container until `release`. @throws PCH_USERNS_FULL */
  take(id: string, size: number, within: IdRange): IdRange {
    const taken = [...this.#taken(id)].sort((a, b) => a.first - b.first);
    let first = within.first;
    for (const range of taken) if (range.first < first + size) first = Math.max(first, range.last + 1);
    if (first + size - 1 > within.last) throw full(size, within);
    const range = { first, last: first + size - 1 };
    this.#promised.set(id, range);
    return range;
  }

  /** Ends a reservation: the container has a record, or its create failed. */
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
    `expected ${size} consecutive free ids from ${first} to ${last}, found fewer`,
    {
      field: 'usernsMode',
      hint: `remove unused containers, use a smaller ${field('usernsMode')} auto:size=N, or widen userns.range in pouchd.yaml`,
    },
  );
}
