import { pick, seededRandom } from './seededRandom.ts';

/** Of this many of a test's cases one runs. */
const oneOf = 8;

/**
 * A sample of a test's cases, at least one, drawn by a seed that is printed; POUCH_TEST_SEED repeats a draw.
 * With POUCH_TEST_EVERY_CASE set, all of them.
 */
export function someOf<T>(cases: readonly T[]): T[] {
  if (process.env['POUCH_TEST_EVERY_CASE']) return [...cases];
  const random = seededRandom();
  const left = [...cases];
  const drawn = new Set<T>();
  for (let count = Math.ceil(cases.length / oneOf); count > 0; count -= 1) {
    const one = pick(random, left);
    left.splice(left.indexOf(one), 1);
    drawn.add(one);
  }
  console.log(`      ${drawn.size} of ${cases.length}: POUCH_TEST_SEED=${random.seed}`);
  return cases.filter((one) => drawn.has(one));
}
