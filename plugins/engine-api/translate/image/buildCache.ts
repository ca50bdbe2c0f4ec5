/** Caches in registries, as `docker buildx build` has them: `NAME`, or `type=registry,ref=NAME,mode=max`. */
import { type BuildCacheTarget, PouchError } from '../../../../hooks/index.ts';

/** @throws PCH_BAD_REQUEST, PCH_NOT_SUPPORTED for another type of cache */
export function cacheSources(all: readonly string[]): string[] {
  return all.map((text) => {
    const { type, ...others } = read(text);
    if (type !== 'registry') throw unsupported('cachefrom', type, 'type=registry,ref=NAME');
    const { ref } = only('cachefrom', text, others, ['ref']);
    return needed('cachefrom', text, ref);
  });
}

/** @throws PCH_BAD_REQUEST, PCH_NOT_SUPPORTED for another type of cache */
export function cacheTargets(all: readonly string[]): BuildCacheTarget[] {
  return all.map((text) => {
    const { type, ...others } = read(text);
    if (type !== 'inline' && type !== 'registry')
      throw unsupported('cacheto', type, 'type=inline or type=registry,ref=NAME');
    const known = type === 'inline' ? ['mode'] : ['ref', 'mode'];
    const { ref, mode = 'min' } = only('cacheto', text, others, known);
    if (mode !== 'min' && mode !== 'max') throw malformed('cacheto', text, 'mode=min or mode=max');
    return type === 'inline' ? { mode } : { reference: needed('cacheto', text, ref), mode };
  });
}

function read(text: string): Record<string, string> {
  if (!text.includes('=')) return { type: 'registry', ref: text };
  const pairs = text.split(',').map((pair) => {
    const [key = '', ...value] = pair.split('=');
    return [key, value.join('=')];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

function only(
  parameter: string,
  text: string,
  found: Record<string, string>,
  known: readonly string[],
): Record<string, string> {
  const unknown = Object.keys(found).some((key) => !known.includes(key));
  if (unknown) throw malformed(parameter, text, `type, ${known.join(', ')}`);
  return found;
}

function needed(parameter: string, text: string, reference: string | undefined): string {
  if (!reference) throw malformed(parameter, text, 'ref=NAME');
  return reference;
}

function malformed(parameter: string, text: string, expected: string): PouchError {
  return new PouchError(
    'PCH_BAD_REQUEST',
    `query parameter ${parameter}: expected ${expected}, found "${text}"`,
  );
}

function unsupported(parameter: string, type: string | undefined, instead: string): PouchError {
  return new PouchError(
    'PCH_NOT_SUPPORTED',
    `${parameter}: a cache of type "${type ?? ''}" is not supported by Pouch`,
    {
      hint: `use ${instead}, or docker buildx build`,
    },
  );
}
