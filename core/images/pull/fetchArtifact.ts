import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Descriptor } from '../../../hooks/image.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { parseArtifact } from '../content/artifact.ts';
import { formatReference, parseReference } from '../content/reference.ts';
import { enoughBytes, minimumRateOf } from '../registry/RateGuard.ts';
import { RegistrySession } from '../registry/RegistrySession.ts';
import type { StoreContext } from '../store/storeContext.ts';
import { type BlobSession, type BlobSource, readBlob } from './fetchBlob.ts';

export interface ArtifactOptions {
  /** Where its layer is written. The file must not exist. */
  readonly file: string;
  /** Limit of the layer. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Downloads an artifact with one layer (OCI image-spec, "Guidelines for artifact usage"), such as `oras push` makes. It
 * does not become an image. Resolves to its reference with the digest of its manifest.
 * @throws PCH_REFERENCE_INVALID, PCH_IMAGE_NOT_FOUND, PCH_IMAGE_INVALID, PCH_REGISTRY_*, PCH_DIGEST_MISMATCH
 */
export async function fetchArtifact(
  { config, transport, log }: StoreContext,
  ref: string,
  { file, maxBytes, signal }: ArtifactOptions,
): Promise<string> {
  const reference = parseReference(ref, config.defaultRegistry);
  const session = new RegistrySession({ transport, config, reference, log });
  const { tag, digest } = reference;
  const manifest = await session.manifest(digest ?? tag ?? 'latest', signal);
  const layer = parseArtifact(manifest.bytes, formatReference(reference));
  if (layer.size > maxBytes) throw tooLarge(formatReference(reference), layer, maxBytes);
  const minimum = minimumRateOf(config);
  const blobs: BlobSession = { blob: ({ digest: of }, offset, stop) => session.blob(of, offset, stop) };
  const source = { session: blobs, descriptor: layer, retries: config.retries, signal };
  await writeVerified({ ...source, enoughBytes: enoughBytes(minimum) }, file);
  const name = `${reference.domain}/${reference.path}${tag === undefined ? '' : `:${tag}`}`;
  return `${name}@${manifest.descriptor.digest}`;
}

async function writeVerified(source: BlobSource, path: string): Promise<void> {
  const { digest } = source.descriptor;
  const [algorithm = '', expected] = digest.split(':');
  const hash = createHash(algorithm);
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of readBlob(source, 0)) {
      hash.update(chunk);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
  const found = hash.digest('hex');
  if (found === expected) return;
  throw new PouchError(
    'PCH_DIGEST_MISMATCH',
    `expected blob ${digest} from the registry, found ${algorithm}:${found}`,
    { hint: 'the registry, or a proxy before it, changes content; try again, then ask its operator' },
  );
}

function tooLarge(name: string, { size }: Descriptor, maxBytes: number): PouchError {
  return new PouchError(
    'PCH_IMAGE_INVALID',
    `expected at most ${maxBytes} bytes in artifact ${name}, found ${size}`,
    { hint: 'push less in it' },
  );
}
