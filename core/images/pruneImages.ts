import { ifFound } from '../containerd/is-error.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { Image } from '../../hooks/image.ts';
import { chainIds } from './chainId.ts';
import { removeImage } from './removeImage.ts';
import type { StoreContext } from './storeContext.ts';

/** Docker's filters of `image prune`. */
export type PruneFilters = Record<string, string[]>;

/**
 * Removes images without a name, or with `dangling=false` all that no container uses. `label`, `label!` and `until`
 * narrow that. Answers the ids and the bytes that got free: compressed layers and unpacked ones.
 * @throws PCH_OPTION_INVALID
 */
export async function pruneImages(
  store: StoreContext,
  filters: PruneFilters = {},
): Promise<{ deleted: string[]; reclaimed: number }> {
  const matches = matcher(filters);
  const all = [...(await store.index.read()).byId.values()];
  const leaving = all.filter((image) => matches(image) && store.isInUse(image.id).length === 0);
  const staying = all.filter((image) => !leaving.includes(image));
  const reclaimed = await exclusiveBytes(store, leaving, staying);
  const deleted: string[] = [];
  for (const { id } of leaving) deleted.push(...(await removeImage(store, id, { force: true })).deleted);
  return { deleted, reclaimed };
}

function matcher(filters: PruneFilters): (image: Image) => boolean {
  const known = ['dangling', 'label', 'label!', 'until'];
  for (const name of Object.keys(filters)) {
    if (!known.includes(name))
      throw invalid(`"${name}" is not a filter of image prune`, `Known are ${known.join(', ')}.`);
  }
  const all = (filters['dangling'] ?? []).some((value) => ['false', '0'].includes(value));
  const until = (filters['until'] ?? []).map(untilTime);
  return (image) =>
    (all || image.references.length === 0) &&
    (filters['label'] ?? []).every((label) => hasLabel(image, label)) &&
    !(filters['label!'] ?? []).some((label) => hasLabel(image, label)) &&
    until.every((time) => Date.parse(image.createdAt) < time);
}

function hasLabel({ labels }: Image, filter: string): boolean {
  const equals = filter.indexOf('=');
  if (equals < 0) return filter in labels;
  return labels[filter.slice(0, equals)] === filter.slice(equals + 1);
}

/** Unix seconds, RFC 3339, or a Go duration before now. */
function untilTime(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
  if (parts.length > 0 && parts.map(([whole]) => whole).join('') === text) {
    const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 };
    return (
      Date.now() - parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 0), 0)
    );
  }
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw invalid(`"${text}" is not a time`, 'Write e.g. 24h, 2026-01-31 or Unix seconds.');
  return time;
}

/** Bytes of what only the leaving images have. */
async function exclusiveBytes({ client }: StoreContext, leaving: Image[], staying: Image[]): Promise<number> {
  const keptBlobs = new Set(staying.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
  const keptChains = new Set(staying.flatMap(({ config }) => chainIds(config.rootfs.diff_ids)));
  const blobs = new Map(
    leaving.flatMap(({ layers }) => layers.map(({ digest, size }) => [digest, size] as const)),
  );
  const chains = new Set(leaving.flatMap(({ config }) => chainIds(config.rootfs.diff_ids)));
  let bytes = 0;
  for (const [digest, size] of blobs) if (!keptBlobs.has(digest)) bytes += size;
  for (const chain of chains) {
    if (!keptChains.has(chain)) bytes += (await ifFound(client.snapshots.usage(chain)))?.size ?? 0;
  }
  return bytes;
}

function invalid(message: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, { hint });
}
