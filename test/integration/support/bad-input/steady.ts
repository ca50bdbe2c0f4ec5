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

/** Everything, once the clean-up behind earlier calls is over: two readings are equal, with no half removed record. */
export async function baseline(pouchd: TestPouchd): Promise<string[]> {
  let now = await everything(pouchd);
  const isSettled = async () => {
    const before = now;
    now = await everything(pouchd);
    return !now.some((line) => line.endsWith('.removed')) && now.join('\n') === before.join('\n');
  };
  assert.ok(await waitUntil(isSettled, { withinMs: 30_000, everyMs: 100 }), now.join('\n'));
  return now;
}

/** Clean-up of an ended container continues after its exit. */
export async function assertSteady(pouchd: TestPouchd, before: string[]): Promise<void> {
  let now: string[] = [];
  const isSame = async () => {
    now = await everything(pouchd);
    return now.join('\n') === before.join('\n');
  };
  if (await waitUntil(isSame, { withinMs: 30_000, everyMs: 50 })) return;
  assert.deepEqual(now, before);
}
