import type { RegistriesConfig } from '../../../config/types.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { RegistryOptions, RemoteImage } from '../../../hooks/engine/images.ts';
import { maxManifestBytes, parseConfig, parseManifest } from '../content/manifest.ts';
import { formatReference, parseReference } from '../content/reference.ts';
import { RegistrySession } from './RegistrySession.ts';
import { registryFailed } from './registryError.ts';
import type { Transport } from './Transport.ts';

/** @throws PCH_REFERENCE_INVALID, PCH_IMAGE_NOT_FOUND, PCH_IMAGE_INVALID, PCH_REGISTRY_* */
export async function lookUpRemote(
  { transport, config, log }: { transport: Transport; config: RegistriesConfig; log: Pick<Logger, 'warn'> },
  ref: string,
  { auth, signal }: RegistryOptions = {},
): Promise<RemoteImage> {
  const reference = parseReference(ref, config.defaultRegistry);
  const session = new RegistrySession({ transport, config, reference, auth, log });
  const name = formatReference(reference);
  const { bytes, descriptor } = await session.manifest(reference.digest ?? reference.tag ?? 'latest', signal);
  const parsed = parseManifest(bytes, descriptor.mediaType, name);
  if (parsed.kind === 'index')
    return { descriptor, platforms: parsed.manifests.flatMap(({ platform }) => platform ?? []) };
  const { os, architecture, variant } = parseConfig(
    await smallBlob(session, parsed.config.digest, reference.domain, signal),
    name,
  );
  return { descriptor, platforms: [{ os, architecture, ...(variant && { variant }) }] };
}

async function smallBlob(
  session: RegistrySession,
  digest: string,
  host: string,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of await session.blob(digest, 0, signal)) {
    size += part.length;
    if (size > maxManifestBytes)
      throw registryFailed(host, `blob ${digest} has more than ${maxManifestBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}
