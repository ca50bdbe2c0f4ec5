import { join } from 'node:path';
import { TestPouchd } from '../../test/support/pouchd.ts';
import { dockerLike } from './dockerLike.ts';
import type { Platform } from './peer.ts';

export const pouchClient = join(import.meta.dirname, '../../bin/pouch');

export interface Pouch extends Platform {
  daemon: TestPouchd;
}

/** A pouchd of its own, with a managed containerd, all defaults, and runc. */
export async function pouch(): Promise<Pouch> {
  const daemon = await TestPouchd.create();
  const platform = dockerLike({
    name: 'pouch',
    file: pouchClient,
    env: { POUCH_HOST: daemon.host },
    end: async () => await daemon.dispose(),
  });
  return { ...platform, daemon };
}
