/** One-shot scripts of a recorded plan. A replay does not run them, but says whether they are the same. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { catalogue } from '../../hooks/catalogue.ts';
import type { ScriptChange } from '../../hooks/replay.ts';
import type { Generation } from '../plugins/index.ts';
import type { Recording } from './recording.ts';

type RecordedScript = NonNullable<Recording['scripts']>[number];

const { container, network } = catalogue;
/** The hook points that a plan calls. */
const planned: readonly string[] = [
  container.preCreate,
  container.selectRuntime,
  container.spec,
  container.validate,
  network.preAttach,
].map(({ name }) => name);

/** The scripts that take part in a plan, with the digests of their files. */
export async function recordScripts({ scripts }: Pick<Generation, 'scripts'>): Promise<RecordedScript[]> {
  const files = scripts.flatMap(({ plugin, files: own }) =>
    own.filter(({ point }) => planned.includes(point)).map(({ path }) => ({ plugin, path })),
  );
  const recorded = files.map(async (file) => ({ ...file, digest: await digestOf(file.path) }));
  // One that was removed since the load cannot have run.
  return (await Promise.all(recorded)).filter((file): file is RecordedScript => file.digest !== undefined);
}

/** Recorded scripts that differ from those at the same paths of this host, or do not exist. */
export async function changedScripts({ scripts = [] }: Recording): Promise<ScriptChange[]> {
  const changes = scripts.map(async ({ plugin, path, digest }): Promise<ScriptChange[]> => {
    const found = await digestOf(path);
    return found === digest ? [] : [{ plugin, path, change: found === undefined ? 'missing' : 'changed' }];
  });
  return (await Promise.all(changes)).flat();
}

/** Undefined for a file that does not exist, or cannot be read. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return `sha256:${hash.digest('hex')}`;
}
