import type { BlameEntry } from '../../../hooks/plan.ts';
import { formatPath, isWithin } from '../../plugins/index.ts';
import { readPlan } from '../../state/planFiles.ts';
import { waitUntil } from '../../wait/waitUntil.ts';

/** Milliseconds: a container that is created and started at once has its effects applied beside the write. */
const writtenWithinMs = 5000;

/** The first plugin that has set a part of an effect. */
export function authorOf(blame: readonly BlameEntry[], key: string): string | undefined {
  const field = formatPath(['effects', key]);
  return blame.find((entry) => isWithin(entry.field, field))?.plugin;
}

/** The same, by plan.json in the directory of the container, once it is written. */
export async function plannedAuthorOf(directory: string, key: string): Promise<string | undefined> {
  let author: string | undefined;
  const isWritten = async () => {
    const read = await readPlan(directory);
    if (read.state === 'sound') author = authorOf(read.value.blame, key);
    return read.state !== 'missing';
  };
  await waitUntil(isWritten, { withinMs: writtenWithinMs });
  return author;
}
