import { PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';

/** The platform of an image (image-spec image-index.md). */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

const architectures: Record<string, string> = {
  x64: 'amd64',
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  ia32: '386',
  i386: '386',
  i686: '386',
  armhf: 'arm',
  armel: 'arm',
};

const partPattern = /^[A-Za-z0-9_-]{1,32}$/;

/** Returns the platform of the host. */
export function hostPlatform(architecture: string = process.arch): Platform {
  return normalizePlatform({ os: 'linux', architecture });
}

/**
 * Parses `OS[/ARCH[/VARIANT]]` or `ARCH`, the value of `platform`.
 * @throws PCH_OPTION_INVALID
 */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/');
  if (parts.length > 3 || !parts.every((part) => partPattern.test(part))) {
    throw new PouchError('PCH_OPTION_INVALID', `invalid platform "${text}"`, {
      field: 'platform',
      hint: 'use OS/ARCH[/VARIANT], for example linux/amd64 or linux/arm/v7',
    });
  }
  const [first = '', architecture, variant] = parts;
  if (architecture !== undefined) {
    return normalizePlatform({ os: first, architecture, ...(variant !== undefined && { variant }) });
  }
  if (first.toLowerCase() === 'linux') return hostPlatform();
  return normalizePlatform({ os: 'linux', architecture: first });
}

/** Converts architecture and variant to the names of the OCI image-spec. The default variant of arm is `v7`. */
export function normalizePlatform({ os, architecture, variant }: Platform): Platform {
  const given = architecture.toLowerCase();
  const named = architectures[given] ?? given;
  const level = normalVariant(named, variant ?? (given === 'armel' ? 'v6' : undefined));
  return { os: os.toLowerCase(), architecture: named, ...(level !== undefined && { variant: level }) };
}

function normalVariant(architecture: string, variant: string | undefined): string | undefined {
  const level = variant?.toLowerCase().replace(/^(\d)$/, 'v$1');
  if (architecture === 'arm') return level ?? 'v7';
  // v8 of arm64 and v1 of amd64 are the base levels, which the examples of the spec omit.
  if (architecture === 'arm64' && level === 'v8') return undefined;
  if (architecture === 'amd64' && level === 'v1') return undefined;
  return level === '' ? undefined : level;
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}

/** Rates how well a platform fits the wanted one: 0 is exact, higher is worse, undefined does not fit. */
export function platformDistance(wanted: Platform, offered: Platform): number | undefined {
  const want = normalizePlatform(wanted);
  const offer = normalizePlatform(offered);
  if (want.os !== offer.os) return undefined;
  if (want.architecture === offer.architecture) return variantDistance(want, offer);
  // 64-bit kernels of these run 32-bit programs too, but only if nothing better is available.
  if (want.architecture === 'arm64' && offer.architecture === 'arm') {
    const distance = variantDistance({ ...offer, variant: 'v8' }, offer);
    return distance === undefined ? undefined : 100 + distance;
  }
  return undefined;
}

/** A processor runs programs for its own level and for lower ones. */
function variantDistance(want: Platform, offer: Platform): number | undefined {
  const distance = level(want) - level(offer);
  return distance < 0 || Number.isNaN(distance) ? undefined : distance;
}

function level({ architecture, variant }: Platform): number {
  if (variant === undefined) return architecture === 'arm64' ? 8 : 1;
  return Number(/^v(\d+)/.exec(variant)?.[1] ?? NaN);
}

/** Returns the best fitting offer, the first of equal ones; undefined if none fits. */
export function choosePlatform<T>(
  wanted: Platform,
  offers: readonly T[],
  platformOf: (offer: T) => Platform | undefined,
): T | undefined {
  let best: { offer: T; distance: number } | undefined;
  for (const offer of offers) {
    const platform = platformOf(offer);
    const distance = platform && platformDistance(wanted, platform);
    if (distance !== undefined && (best === undefined || distance < best.distance))
      best = { offer, distance };
  }
  return best?.offer;
}

/** Returns the error of an image without the wanted platform. It names the platforms of the image. */
export function platformNotFound(
  reference: string,
  wanted: Platform,
  offered: readonly Platform[],
): PouchError {
  const names = [...new Set(offered.map(formatPlatform))].sort();
  const has = names.length > 0 ? `it has ${names.join(', ')}` : 'it names no platform';
  return new PouchError(
    'PCH_PLATFORM_NOT_FOUND',
    `image ${reference} does not exist for ${formatPlatform(wanted)}: ${has}`,
    {
      field: 'platform',
      hint: names[0]
        ? `use one of its platforms, for example ${field('platform')} ${names[0]}`
        : 'use another image',
    },
  );
}
