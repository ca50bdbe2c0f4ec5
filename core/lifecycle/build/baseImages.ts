/** The images that a build starts from: Pouch finds or pulls them, whichever builder builds. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BaseImage } from '../../../hooks/contributions/imageBuilder.ts';
import type { BuildMessage, BuildOptions } from '../../../hooks/engine/builds.ts';
import { hasCode } from '../../../hooks/errors.ts';
import type { Image } from '../../../hooks/image.ts';
import { normalizeReference } from '../../images/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { credentialsFor } from './credentialsFor.ts';
import type { NamedBase } from './dockerfile/readDockerfile.ts';

export interface FoundBase extends NamedBase {
  image: Image;
}

interface Search extends Pick<BuildOptions, 'platform' | 'pull' | 'auth'> {
  report: (message: BuildMessage) => void;
  signal: AbortSignal;
}

/**
 * In the order of their names. A stage may have another platform than the build.
 * @throws PCH_IMAGE_NOT_FOUND, PCH_REGISTRY_*
 */
export async function findBases(
  engine: EngineContext,
  named: readonly NamedBase[],
  search: Search,
): Promise<FoundBase[]> {
  const found: FoundBase[] = [];
  for (const one of named) {
    const { reference, platform = search.platform } = one;
    const wanted = { ...search, ...(platform !== undefined && { platform }) };
    found.push({ ...one, image: await find(engine, reference, wanted) });
  }
  return found;
}

async function find(engine: EngineContext, name: string, search: Search): Promise<Image> {
  const { platform, pull = false, report, signal, auth } = search;
  if (!pull || isId(name)) {
    const known = await engine.images.get(name, platform).catch((error: unknown) => {
      if (!hasCode(error, 'PCH_IMAGE_NOT_FOUND') || isId(name)) throw error;
    });
    if (known) return known;
  }
  const credentials = credentialsFor(
    normalizeReference(name, engine.config.registries.defaultRegistry),
    auth,
  );
  return await engine.images.pull(name, {
    ...(platform !== undefined && { platform }),
    ...(credentials && { auth: credentials }),
    onProgress: report,
    signal,
  });
}

/** An id is not a reference that can be pulled. */
function isId(name: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(name);
}

/** As builders take them. Their archives are written to `directory`, if at all. */
export function baseImages(
  engine: EngineContext,
  found: readonly FoundBase[],
  directory: string,
): BaseImage[] {
  return found.map(({ reference, image: { id } }) => ({
    id,
    name: reference,
    archive: async () => {
      const file = join(directory, `${id.replace(':', '-')}.tar`);
      await pipeline(await engine.images.save([id]), createWriteStream(file, { mode: 0o600 }));
      return file;
    },
  }));
}
