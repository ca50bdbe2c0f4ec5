/**
 * Finds a smallest part of a list that still fails: leaving out any of its items makes it pass. Halves the list and
 * leaves out ever smaller parts (Zeller's delta debugging, "ddmin"): about 2 log n calls for one culprit.
 * @param fails the whole list does
 */
export async function smallestFailing<T>(
  all: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let items = all;
  for (let parts = 2; items.length > 1;) {
    const found = await firstFailing(candidates(items, parts), fails);
    if (found) {
      const isPart = found.length <= Math.ceil(items.length / parts);
      parts = isPart ? 2 : Math.max(2, parts - 1);
      items = found;
    } else if (parts >= items.length) return items;
    else parts = Math.min(items.length, parts * 2);
  }
  return items;
}

/** Each of the parts, then, if there are more than two, all but each. */
function candidates<T>(items: readonly T[], parts: number): (readonly T[])[] {
  const size = Math.ceil(items.length / parts);
  const split = Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
  if (split.length === 2) return split;
  return [...split, ...split.map((part) => items.filter((item) => !part.includes(item)))];
}

async function firstFailing<T>(
  lists: readonly (readonly T[])[],
  fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (const list of lists) if (await fails(list)) return list;
  return undefined;
}
