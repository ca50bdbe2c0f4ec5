import { hasCode } from '../../../hooks/errors.ts';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import type { Image as ImageRecord } from '../../containerd/api/ImagesClient.ts';
import type { Descriptor, Image, ImageConfig } from '../../../hooks/image.ts';
import { labelledConfig, readBlob } from '../content/blobs.ts';
import { chainIds } from '../unpack/chainId.ts';
import { parseConfig, parseManifest } from '../content/manifest.ts';
import { type Platform, hostPlatform, choosePlatform } from '../content/platform.ts';

/** Prefix of the record that keeps an image whose last reference was moved to another image. */
export const danglingPrefix = 'pouch-dangling@';

/** A manifest on the host with its content. It never changes. */
export interface Variant {
  id: string;
  manifest: Descriptor;
  config: ImageConfig;
  layers: Descriptor[];
  platform: Platform;
  chainId: string;
  size: number;
}

/** A record of containerd's image store with its variants. */
export interface Entry {
  name: string;
  target: Descriptor;
  createdAt: Date | undefined;
  /** The variants on the host that can be read; at least one without `damage`. */
  variants: Variant[];
  damage?: Damage | undefined;
}

/** Damage of a manifest or config of a record. */
export interface Damage {
  /** The image's id: the digest of its config if known, else of the target. */
  id: string;
  problem: string;
}

/** All images at one moment. */
export interface Snapshot {
  byName: ReadonlyMap<string, Entry>;
  /** By id, which is the digest of the config. */
  byId: ReadonlyMap<string, Image>;
}

/**
 * The images of containerd. They are cached until an event of containerd reports a change, also by another client.
 * Without a live stream of events, every call reads them again.
 */
export class ImageIndex {
  readonly #client: ContainerdClient;
  readonly #variants = new Map<string, Variant>();
  #current: Promise<Snapshot> | undefined;
  #live = false;
  #watching: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(client: ContainerdClient) {
    this.#client = client;
  }

  async read(): Promise<Snapshot> {
    this.#watching ??= this.#watch();
    if (!this.#live) this.#current = undefined;
    const reading = (this.#current ??= this.#load());
    try {
      const snapshot = await reading;
      // No event reports that a file was restored.
      if (hasDamage(snapshot) && this.#current === reading) this.#current = undefined;
      return snapshot;
    } catch (error) {
      if (this.#current === reading) this.#current = undefined;
      throw error;
    }
  }

  /**
   * Returns the images of a target without a record as they will be with these names: those of every platform, or of
   * one.
   * @throws PCH_IMAGE_DAMAGED, PCH_IMAGE_INVALID
   */
  async readUnnamed(target: Descriptor, names: string[], platform?: Platform): Promise<Image[]> {
    const { variants } = await this.#readVariants(target);
    const wanted = platform && choosePlatform(platform, variants, (variant) => variant.platform);
    return (wanted ? [wanted] : variants).map((variant) => toImage(variant, target, names, new Date()));
  }

  /** Called after a change by this process, whose event may arrive later. */
  invalidate(): void {
    this.#current = undefined;
  }

  close(): void {
    this.#stop.abort();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    const filter = `namespace==${this.#client.namespace},topic~=^/(images|content)/`;
    try {
      const events = await this.#client.events.subscribe([filter], { signal });
      this.invalidate();
      this.#live = true;
      for await (const event of events) if (event.topic !== '') this.invalidate();
    } catch {
      // containerd ended. Every read calls it again until it is back, and the next one subscribes again.
    }
    this.#live = false;
    this.#watching = undefined;
  }

  async #load(): Promise<Snapshot> {
    const records = await this.#client.images.list();
    const entries = await Promise.all(records.map((record) => this.#entry(record)));
    const present = entries.filter(({ variants, damage }) => variants.length > 0 || damage);
    const used = new Set(present.flatMap(({ variants }) => variants.map(({ manifest }) => manifest.digest)));
    for (const digest of this.#variants.keys()) if (!used.has(digest)) this.#variants.delete(digest);
    return { byName: new Map(present.map((entry) => [entry.name, entry])), byId: images(present) };
  }

  async #entry({ name, target, createdAt }: ImageRecord): Promise<Entry> {
    const { mediaType = '', digest = '', size = 0 } = target ?? {};
    const descriptor: Descriptor = { mediaType, digest, size };
    const found = await this.#variantsOf(descriptor);
    // The content of a record's target must exist, unlike that of an index's other platforms.
    const lost = { id: digest, problem: `its content ${digest} not found` };
    const damage = found.damage ?? (found.variants.length === 0 ? lost : undefined);
    return { name, target: descriptor, createdAt, variants: found.variants, damage };
  }

  /**
   * Returns the manifests of an index, or the manifest, that are on the host. Damage of one image must not hide
   * others.
   */
  async #variantsOf(descriptor: Descriptor): Promise<Found> {
    try {
      return await this.#readVariants(descriptor);
    } catch (error) {
      if (!hasCode(error, 'PCH_IMAGE_DAMAGED', 'PCH_IMAGE_INVALID')) throw error;
      const config = await labelledConfig(this.#client.content, descriptor.digest);
      return { variants: [], damage: { id: config ?? descriptor.digest, problem: error.message } };
    }
  }

  async #readVariants(descriptor: Descriptor): Promise<Found> {
    const known = this.#variants.get(descriptor.digest);
    if (known) return { variants: [known] };
    const bytes = await readBlob(this.#client.content, descriptor.digest);
    if (!bytes) return { variants: [] };
    const parsed = parseManifest(bytes, descriptor.mediaType, descriptor.digest);
    if (parsed.kind === 'index')
      return merged(await Promise.all(parsed.manifests.map((m) => this.#variantsOf(m))));
    const variant = await this.#variant(descriptor, parsed.config, parsed.layers);
    if (variant) this.#variants.set(descriptor.digest, variant);
    return { variants: variant ? [variant] : [] };
  }

  async #variant(
    manifest: Descriptor,
    descriptor: Descriptor,
    layers: Descriptor[],
  ): Promise<Variant | undefined> {
    const bytes = await readBlob(this.#client.content, descriptor.digest);
    if (!bytes) return undefined;
    const config = parseConfig(bytes, descriptor.digest);
    const sizes = [manifest, descriptor, ...layers].map(({ size }) => size);
    return {
      id: descriptor.digest,
      manifest: { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.size },
      config,
      layers,
      platform: config,
      chainId: chainIds(config.rootfs.diff_ids).at(-1) ?? '',
      size: sizes.reduce((sum, size) => sum + size, 0),
    };
  }
}

/** Returns the best variant for a platform, by default the host's. */
export function preferred({ variants }: Entry, platform: Platform = hostPlatform()): Variant | undefined {
  return choosePlatform(platform, variants, (variant) => variant.platform);
}

/** Converts a variant to the type of hooks/image.ts. */
export function toImage(
  variant: Variant,
  target: Descriptor,
  names: string[],
  createdAt: Date | undefined,
): Image {
  const { id, manifest, config, layers, size, chainId } = variant;
  return {
    id,
    references: names.filter((name) => !name.startsWith(danglingPrefix)).sort(),
    target,
    manifest,
    config,
    layers,
    size,
    chainId,
    createdAt: config.created ?? createdAt?.toISOString() ?? '',
    labels: config.config?.Labels ?? {},
  };
}

function images(entries: readonly Entry[]): Map<string, Image> {
  const names = new Map<string, string[]>();
  const found = new Map<string, { variant: Variant; entry: Entry }>();
  for (const entry of entries) {
    for (const variant of entry.variants) {
      names.set(variant.id, [...(names.get(variant.id) ?? []), entry.name]);
      found.set(variant.id, { variant, entry });
    }
  }
  return new Map(
    [...found].map(([id, { variant, entry }]) => [
      id,
      toImage(variant, entry.target, names.get(id) ?? [], entry.createdAt),
    ]),
  );
}

function hasDamage({ byName }: Snapshot): boolean {
  return [...byName.values()].some(({ damage }) => damage !== undefined);
}

/** The variants that a descriptor refers to. */
type Found = Pick<Entry, 'variants' | 'damage'>;

function merged(parts: readonly Found[]): Found {
  return {
    variants: parts.flatMap(({ variants }) => variants),
    damage: parts.find(({ damage }) => damage)?.damage,
  };
}
