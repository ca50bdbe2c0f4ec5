import type { ImageDeleteEntry } from '../../client/index.ts';

/** Returns `Untagged: …` and `Deleted: …` lines. */
export function deletionLines(entries: ImageDeleteEntry[]): string[] {
  return entries.flatMap(({ Untagged, Deleted }) => [
    ...(Untagged ? [`Untagged: ${Untagged}`] : []),
    ...(Deleted ? [`Deleted: ${Deleted}`] : []),
  ]);
}
