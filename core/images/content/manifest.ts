import { PouchError } from '../../../hooks/errors.ts';
import type { Descriptor, ImageConfig } from '../../../hooks/image.ts';
import { checkedConfig } from './imageConfig.ts';
import { isIndexType, isLayerType, isManifestType, mediaTypes } from './mediaTypes.ts';
import type { Platform } from './platform.ts';
import { isDigest } from './reference.ts';

/** Bytes. Registries accept at least this size (OCI distribution-spec), and most of them no more. */
export const maxManifestBytes = 4 << 20;

/** More layers than the lower directories that overlayfs supports. */
const maxLayers = 500;

export interface ManifestEntry extends Descriptor {
  platform?: Platform;
}

export interface Index {
  kind: 'index';
  manifests: ManifestEntry[];
}

export interface Manifest {
  kind: 'manifest';
  config: Descriptor;
  layers: Descriptor[];
}

/**
 * Parses an image index or manifest of OCI or Docker. A media type in it takes precedence over `mediaType`.
 * @throws PCH_IMAGE_INVALID
 */
export function parseManifest(bytes: Uint8Array, mediaType: string, where: string): Index | Manifest {
  const json = parseObject(bytes, where, 'manifest');
  const type = typeof json['mediaType'] === 'string' ? json['mediaType'] : mediaType;
  if (json['schemaVersion'] === 1) throw schema1(where);
  if (isIndexType(type) || (!isManifestType(type) && Array.isArray(json['manifests']))) {
    return {
      kind: 'index',
      manifests: list(json['manifests'], where, 'manifests').map((m) => entry(m, where)),
    };
  }
  return readManifest(json, where);
}

/** Parses an image config. @throws PCH_IMAGE_INVALID */
export function parseConfig(bytes: Uint8Array, where: string): ImageConfig {
  const json = parseObject(bytes, where, 'configuration');
  return checkedConfig(json, (why) => invalid(where, why));
}

/** Returns the media type in a manifest or index, or that of its form. */
export function manifestMediaType(bytes: Uint8Array, fallback: string, where: string): string {
  const json = parseObject(bytes, where, 'manifest');
  if (typeof json['mediaType'] === 'string') return json['mediaType'];
  if (Array.isArray(json['manifests'])) return mediaTypes.ociIndex;
  return isManifestType(fallback) ? fallback : mediaTypes.ociManifest;
}

export function invalid(where: string, why: string): PouchError {
  return new PouchError('PCH_IMAGE_INVALID', `invalid image ${where}: ${why}`, {
    hint: 'use an image of the OCI image-spec or of Docker’s manifest version 2, schema 2',
  });
}

function readManifest(json: Record<string, unknown>, where: string): Manifest {
  const config = descriptor(json['config'], where);
  if (config.mediaType !== mediaTypes.ociConfig && config.mediaType !== mediaTypes.dockerConfig) {
    throw invalid(where, `unsupported media type of the configuration: ${config.mediaType || '(none)'}`);
  }
  const layers = list(json['layers'], where, 'layers').map((layer) => descriptor(layer, where));
  if (layers.length > maxLayers)
    throw invalid(where, `expected at most ${maxLayers} layers, found ${layers.length}`);
  for (const { mediaType } of layers) {
    if (!isLayerType(mediaType)) throw invalid(where, `unsupported media type of a layer: ${mediaType}`);
  }
  return { kind: 'manifest', config, layers };
}

function entry(value: unknown, where: string): ManifestEntry {
  const platform = (value as { platform?: Partial<Platform> } | null)?.platform;
  const known = platform?.os && platform.architecture ? (platform as Platform) : undefined;
  return { ...descriptor(value, where), ...(known && { platform: known }) };
}

/** @throws PCH_IMAGE_INVALID */
export function descriptor(value: unknown, where: string): Descriptor {
  const found = (value ?? {}) as Partial<Descriptor>;
  const { mediaType, digest, size } = found;
  if (typeof digest !== 'string' || !isDigest(digest))
    throw invalid(where, `invalid digest "${String(digest)}"`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(where, `invalid size ${String(size)} of ${digest}`);
  }
  return { mediaType: text(mediaType), digest, size };
}

function list(value: unknown, where: string, name: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(where, `${name}: expected a list`);
  return value;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** @throws PCH_IMAGE_INVALID */
export function parseObject(bytes: Uint8Array, where: string, what: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new PouchError('PCH_IMAGE_INVALID', `the ${what} of ${where} is not valid JSON`, {
      hint: 'the registry or the archive is damaged; use another copy of the image',
      cause,
    });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw invalid(where, `the ${what} is not a JSON object`);
  }
  return json as Record<string, unknown>;
}

function schema1(where: string): PouchError {
  return new PouchError('PCH_IMAGE_INVALID', `image ${where} has manifest schema 1, which is not supported`, {
    hint: 'push the image again with a current tool, for example skopeo copy',
  });
}
