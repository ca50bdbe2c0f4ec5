import assert from 'node:assert/strict';
import { waitUntil } from '../../../../core/wait/waitUntil.ts';
import type { TestPouchd } from '../../../support/TestPouchd.ts';

/** All that a call could leave, or lose: what the host has of the daemon, and what its API lists. */
export async function everything(pouchd: TestPouchd): Promise<string[]> {
  const { containers, images, volumes } = pouchd.client;
  const [host, made, stored, named] = await Promise.all([
    pouchd.inventory(),
    containers.list({ all: true }),
    images.list(),
    volumes.list(),
  ]);
  return [
    ...host,
    ...made.map(({ Id, Names, State }) => `container ${Id} ${Names.join()} ${State}`),
    ...stored.map(({ Id, RepoTags }) => `image ${Id} ${RepoTags?.join() ?? ''}`),
    ...(named.Volumes ?? []).map(({ Name }) => `volume ${Name}`),
  ].sort();
}

/** Clean-up of an ended container continues after its exit. */
export async function assertSteady(pouchd: TestPouchd, before: string[]): Promise<void> {
  let now: string[] = [];
  const isSame = async () => {
    now = await everything(pouchd);
    return now.join('\n') === before.join('\n');
  };
  if (await waitUntil(isSame, { withinMs: 6_000, everyMs: 50 })) return;
  assert.deepEqual(now, before);
}
