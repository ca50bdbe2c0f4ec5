import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PouchError, type Engine, type Image, type Images, type Progress } from '../../../hooks/index.ts';

export function sha256(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** `busybox` → `docker.io/library/busybox:latest` */
export function fullReference(ref: string): string {
  const first = ref.split('/')[0] ?? '';
  const hasHost = ref.includes('/') && /[.:]|^localhost$/.test(first);
  const path = hasHost ? ref : ref.includes('/') ? `docker.io/${ref}` : `docker.io/library/${ref}`;
  return /:[^/]*$|@/.test(path) ? path : `${path}:latest`;
}

export function fakeImage(reference: string, config: Image['config']['config'] = {}): Image {
  const id = sha256(`config ${reference} ${JSON.stringify(config)}`);
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: sha256(`layer ${reference}`),
    size: 2_000_000,
  };
  const created = '2024-05-06T07:08:09.123456789Z';
  return {
    id,
    references: [fullReference(reference)],
    target: {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: sha256(`index ${reference}`),
      size: 500,
    },
    manifest: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: sha256(`manifest ${reference}`),
      size: 400,
    },
    config: {
      architecture: 'amd64',
      os: 'linux',
      created,
      config: { Cmd: ['sh'], Env: ['PATH=/bin'], ...config },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
      history: [
        { created, created_by: 'ADD rootfs.tar /' },
        { created, created_by: 'CMD ["sh"]', empty_layer: true },
      ],
    },
    layers: [layer],
    size: 2_001_000,
    chainId: layer.digest,
    createdAt: created,
    labels: {},
  };
}

/** Images of a fake registry: these can be pulled, everything else is "not found". */
const registry = ['busybox', 'busybox:1.36', 'debian:bookworm'];

export function fakeImages(emit: Engine['events']['emit']): Images & { seen: { auth?: unknown } } {
  const images = new Map<string, Image>();
  const seen: { auth?: unknown } = {};

  const find = (ref: string): Image => {
    const byName = [...images.values()].find((image) => image.references.includes(fullReference(ref)));
    const id = ref.replace(/^sha256:/, '');
    const byId = /^[0-9a-f]{6,64}$/.test(id)
      ? [...images.values()].find((image) => image.id.startsWith(`sha256:${id}`))
      : undefined;
    const image = byName ?? byId;
    if (!image)
      throw new PouchError('PCH_IMAGE_NOT_FOUND', `no image is named "${ref}"`, {
        hint: `pull it: pouch pull ${ref}`,
      });
    return image;
  };

  return {
    seen,
    async get(ref) {
      return find(ref);
    },
    async list() {
      return [...images.values()];
    },
    async pull(ref, options = {}) {
      seen.auth = options.auth;
      const name = fullReference(ref);
      const known = registry.find((entry) => fullReference(entry) === name);
      if (!known) throw new PouchError('PCH_IMAGE_NOT_FOUND', `the registry has no ${name}`);
      const image = fakeImage(known);
      for (const progress of steps(image)) options.onProgress?.(progress);
      images.set(image.id, image);
      emit({ type: 'image', action: 'pull', id: name, attributes: { name } });
      return image;
    },
    async push(ref, options = {}) {
      seen.auth = options.auth;
      const { manifest, layers } = find(ref);
      const id = layers[0]?.digest.slice(7, 19) ?? '';
      for (const status of ['Preparing', 'Pushed']) options.onProgress?.({ id, status });
      const tag = fullReference(ref).replace(/^.*:/, '');
      return [{ tag, digest: manifest.digest, size: manifest.size }];
    },
    async authenticate({ username, password }) {
      if (password !== 'secret')
        throw new PouchError('PCH_REGISTRY_DENIED', `the registry denied the login of ${username ?? ''}`);
    },
    async remoteTags(repository) {
      const tags = registry.filter((one) => one.split(':')[0] === repository).map((one) => one.split(':')[1]);
      return tags.map((tag) => tag ?? 'latest');
    },
    async remote(ref) {
      const { manifest, config } = fakeImage(ref);
      return { descriptor: manifest, platforms: [{ os: config.os, architecture: config.architecture }] };
    },
    async search(term, { limit }) {
      const names = registry.filter((name) => name.includes(term)).slice(0, limit);
      return names.map((name) => ({ name, description: `${name} of the test`, stars: 3, isOfficial: true }));
    },
    async tag(source, target) {
      const image = find(source);
      image.references = [...new Set([...image.references, fullReference(target)])];
      emit({ type: 'image', action: 'tag', id: image.id, attributes: { name: target } });
    },
    async remove(ref) {
      const image = find(ref);
      const name = fullReference(ref);
      const untagged = image.references.includes(name) ? [name] : image.references;
      image.references = image.references.filter((one) => !untagged.includes(one));
      if (image.references.length > 0) return { untagged, deleted: [] };
      images.delete(image.id);
      return { untagged, deleted: [image.id] };
    },
    async load(archive, onProgress) {
      const content = await text(archive);
      const image = fakeImage(content.trim());
      onProgress?.({ id: '', status: 'Loading layer', current: content.length, total: content.length });
      images.set(image.id, image);
      return [image];
    },
    async import(tar, { reference, config }) {
      const image = fakeImage(reference ?? (await text(tar)).trim(), config);
      if (reference === undefined) image.references = [];
      images.set(image.id, image);
      return { image, notes: ['left out 1 device node (containers get their own): /dev/null'] };
    },
    async save(refs) {
      return Readable.from([Buffer.from(refs.map((ref) => find(ref).references[0]).join('\n'))]);
    },
    async layerSizes(ref) {
      return find(ref).layers.map(({ size }) => 2 * size);
    },
    async history(ref) {
      const image = find(ref);
      return (image.config.history ?? []).toReversed().map((entry) => ({
        ...entry,
        layer: entry.empty_layer ? undefined : image.layers[0],
      }));
    },
    async bootstrap({ reference }, onProgress) {
      onProgress?.({ id: '', status: 'Unpacking packages', current: 1, total: 2 });
      const image = fakeImage(reference);
      images.set(image.id, image);
      return image;
    },
    async prune() {
      const dangling = [...images.values()].filter((image) => image.references.length === 0);
      for (const image of dangling) images.delete(image.id);
      return { deleted: dangling.map((image) => image.id), reclaimed: 0 };
    },
  };
}

function steps(image: Image): Progress[] {
  const id = image.layers[0]?.digest.slice(7, 19) ?? randomBytes(6).toString('hex');
  const total = image.layers[0]?.size ?? 1;
  return [
    { id, status: 'Pulling fs layer' },
    { id, status: 'Downloading', current: total / 2, total },
    { id, status: 'Download complete' },
    { id, status: 'Extracting', current: total, total },
    { id, status: 'Pull complete' },
  ];
}
