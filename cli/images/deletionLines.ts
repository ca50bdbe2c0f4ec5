import type { ImageDeleteEntry } from '../../client/index.ts';

/** `Untagged: …`, `Deleted: …`. */
export function deletionLines(entries: ImageDeleteEntry[]): string[] {
  return entries.flatMap(({ Untagged, Deleted }) => [
    ...(Untagged ? [`Untagged: ${Untagged}`] : []),
    ...(Deleted ? [`Deleted: ${Deleted}`] : []),
  ]);
}
