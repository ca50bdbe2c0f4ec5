/** What buildah keeps: images in its storage (containers/storage, images.json and layers.json). */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildCacheRecord } from '../../hooks/index.ts';
import type { Storage } from './storage.ts';

interface StoredImage {
  id: string;
  layer?: string;
  created?: string;
}

interface StoredLayer {
  id: string;
  parent?: string;
  'diff-size'?: number;
}

const usedFile = 'used.json';

/** Images, each with the bytes of its own layer. Those that a build uses are not marked. */
export async function readCache({ root, driver }: Storage, directory: string): Promise<BuildCacheRecord[]> {
  const images = await readList<StoredImage>(join(root, `${driver}-images/images.json`));
  const layers = new Map(
    (await readList<StoredLayer>(join(root, `${driver}-layers/layers.json`))).map((layer) => [
      layer.id,
      layer,
    ]),
  );
  const used = await readUsed(directory);
  const counted = new Set<string>();
  return images.map(({ id, layer = '', created = '' }) => {
    const size = counted.has(layer) ? 0 : (layers.get(layer)?.['diff-size'] ?? 0);
    counted.add(layer);
    const parent = layers.get(layer)?.parent;
    const below = parent === undefined ? undefined : images.find((one) => one.layer === parent)?.id;
    const createdAt = Date.parse(created) || 0;
    return {
      id,
      parents: below === undefined ? [] : [below],
      type: 'regular',
      description: '',
      isInUse: false,
      isShared: images.some((one) => layers.get(one.layer ?? '')?.parent === layer),
      size,
      createdAt,
      lastUsedAt: used[id] ?? createdAt,
      usageCount: 1,
    };
  });
}

/** Notes that a build has made, or found, an image. */
export async function noteUse(directory: string, id: string): Promise<void> {
  const entries = Object.entries(await readUsed(directory)).slice(-mostNotes);
  const used = { ...Object.fromEntries(entries), [id.replace('sha256:', '')]: Date.now() };
  const file = join(directory, usedFile);
  await writeFile(`${file}.new`, JSON.stringify(used), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

const mostNotes = 5000;

async function readUsed(directory: string): Promise<Record<string, number>> {
  const text = await readFile(join(directory, usedFile), 'utf8').catch(() => '{}');
  try {
    return JSON.parse(text) as Record<string, number>;
  } catch {
    // Cut off by a crash of the host: times of creation are used instead.
    return {};
  }
}

async function readList<T>(path: string): Promise<T[]> {
  const text = await readFile(path, 'utf8').catch(() => '[]');
  return JSON.parse(text) as T[];
}
