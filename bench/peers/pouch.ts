import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { type NewOptions, TestPouchd } from '../../test/support/TestPouchd.ts';
import { dockerLike } from './dockerLike.ts';
import type { Platform } from './peer.ts';

export const pouchClient = join(import.meta.dirname, '../../bin/pouch');

export interface Pouch extends Platform {
  daemon: TestPouchd;
}

/** Starts a separate pouchd with a managed containerd, runc, and all defaults unless the options say otherwise. */
export async function pouch(options: NewOptions = {}): Promise<Pouch> {
  const daemon = await TestPouchd.create(options);
  const platform = dockerLike({
    name: 'pouch',
    file: pouchClient,
    api: daemon.host,
    env: { POUCH_HOST: daemon.host },
    settled: () => settled(daemon),
    end: async () => await daemon.dispose(),
  });
  return { ...platform, daemon };
}

/** Pouch reports an exit before it cleans up, so a removed container may exist for a moment. */
async function settled({ client }: TestPouchd): Promise<void> {
  const isClean = async () => {
    const all = await client.containers.list({ all: true });
    return all.every(({ State }) => State === 'running');
  };
  if (!(await waitUntil(isClean, { withinMs: 10_000, everyMs: 10 })))
    throw new Error('containers of earlier runs still exist');
}
