/** `Binds`: `SOURCE:DESTINATION[:OPTIONS]`, or only a destination. */
import type { VolumeRequest } from '../hooks/index.ts';
import { destinationOf } from './destination.ts';
import { invalid } from './invalid.ts';

type BindField = `HostConfig.Binds[${number}]`;
const form = 'SOURCE:DESTINATION[:OPTIONS]';
const volumeName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

const propagations = new Set(['shared', 'slave', 'private', 'rshared', 'rslave', 'rprivate']);

/** Whether a bind mount has the ids of a container with a user namespace. */
const mapped = new Set(['idmap', 'noidmap']);

/**
 * Accepted without effect: hints for Docker Desktop's file sharing, and SELinux labels, which Pouch does not set and
 * which have no meaning on a host without SELinux.
 */
const withoutEffect = new Set(['consistent', 'cached', 'delegated', 'default', 'z', 'Z']);

/** @throws PCH_OPTION_INVALID */
export function parseBind(text: string, index: number): VolumeRequest {
  const field: BindField = `HostConfig.Binds[${index}]`;
  const parts = text.split(':');
  if (parts.length > 3 || parts.some((part) => part === '')) throw invalid(field, form, text);
  const [source = '', path, options] = parts;
  if (path === undefined) return { kind: 'volume', destination: destinationOf(field, source) };
  return {
    ...sourceOf(field, source, text),
    destination: destinationOf(field, path),
    ...optionsOf(field, options, text),
  };
}

function sourceOf(
  field: BindField,
  source: string,
  text: string,
): Pick<VolumeRequest, 'kind' | 'source' | 'createSource'> {
  if (source.startsWith('/')) return { kind: 'bind', source, createSource: true };
  if (!volumeName.test(source))
    throw invalid(field, 'an absolute host path or a volume name', text, `names match ${volumeName.source}`);
  return { kind: 'volume', source };
}

function optionsOf(field: BindField, list: string | undefined, text: string): Partial<VolumeRequest> {
  const words = list?.split(',') ?? [];
  const unknown = words.find((word) => !isKnown(word));
  if (unknown !== undefined)
    throw invalid(field, 'the options ro, rw, nocopy, dr, idmap, noidmap, z, Z or a propagation', text);
  if (words.includes('ro') && words.includes('rw')) throw invalid(field, 'one of ro and rw', text);
  if (words.includes('dr') && words.includes('nocopy')) throw invalid(field, 'one of dr and nocopy', text);
  const options = words.filter((word) => propagations.has(word) || mapped.has(word));
  if ([...mapped].every((word) => words.includes(word)))
    throw invalid(field, 'one of idmap and noidmap', text);
  if (options.filter((word) => !mapped.has(word)).length > 1) throw invalid(field, 'one propagation', text);
  return {
    ...(words.includes('ro') ? { readonly: true } : {}),
    ...(words.includes('nocopy') ? { nocopy: true } : {}),
    ...(words.includes('dr') ? { fill: true } : {}),
    ...(options.length > 0 ? { options } : {}),
  };
}

function isKnown(word: string): boolean {
  const sets = [mapped, propagations, withoutEffect];
  return ['ro', 'rw', 'nocopy', 'dr'].includes(word) || sets.some((set) => set.has(word));
}
