import type { FoundImage } from '../../../hooks/engine/images.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { parseObject } from '../content/manifest.ts';
import { parseDomain } from '../content/reference.ts';
import { type Endpoint, originEndpoint } from './endpoints.ts';
import { pageOf, pagesOf } from './listTags.ts';
import { type RegistryCall, RegistryServer } from './RegistryServer.ts';

/** Docker Hub's index, which has the search. */
const hubIndex = new URL('https://index.docker.io/');

/** Repositories of a catalog that are looked through. */
const maxRepositories = 10_000;

interface Options extends RegistryCall {
  /** Number of images. */
  limit: number;
}

/**
 * Searches the images of a registry: `TERM`, or `HOST/TERM`. Docker Hub has a search; of a registry without one, the
 * catalog is looked through.
 * @throws PCH_OPTION_INVALID, PCH_REGISTRY_*
 */
export async function searchImages(
  term: string,
  defaultDomain: string,
  options: Options,
): Promise<FoundImage[]> {
  const { domain, text } = splitTerm(term, defaultDomain);
  const { transport, config, auth, signal, limit } = options;
  const origin = originEndpoint(domain, config);
  const endpoint: Endpoint = domain === 'docker.io' ? { ...origin, base: hubIndex } : origin;
  const server = new RegistryServer({ transport, config, endpoint, scopes: ['registry:catalog:*'], auth });
  const url = new URL('v1/search', endpoint.base);
  url.search = String(new URLSearchParams({ q: text, n: String(limit) }));
  const result = `search for ${text}`;
  const response = await server.ask(url, { expected: [200, 404], what: result, signal });
  if (response.statusCode === 200) return resultsOf(await pageOf(response, server, result), limit);
  response.resume();
  const what = `catalog of ${domain}`;
  const all = await pagesOf(server, '_catalog', {
    what,
    field: 'repositories',
    limit: maxRepositories,
    signal,
  });
  return all
    .filter((name) => name.includes(text))
    .slice(0, limit)
    .map((name) => ({ name: `${domain}/${name}`, description: '', stars: 0, isOfficial: false }));
}

function splitTerm(term: string, defaultDomain: string): { domain: string; text: string } {
  const [, host, rest] = /^([^/]*[.:][^/]*|localhost)\/(.*)$/.exec(term) ?? [];
  const text = host === undefined ? term : (rest ?? '');
  if (text === '')
    throw new PouchError('PCH_OPTION_INVALID', `expected a word to search for, found "${term}"`, {
      hint: 'use TERM or HOST/TERM',
    });
  return { domain: host === undefined ? defaultDomain : parseDomain(host), text };
}

/** Docker Registry HTTP API v1, "search": untrusted text. */
function resultsOf(bytes: Buffer, limit: number): FoundImage[] {
  const { results } = parseObject(bytes, 'the registry', 'search result') as { results?: unknown };
  const list = Array.isArray(results) ? (results as unknown[]) : [];
  return list.slice(0, limit).flatMap((one) => {
    const {
      name,
      description,
      star_count: stars,
      is_official: official,
    } = (one ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string') return [];
    return [
      {
        name,
        description: typeof description === 'string' ? description : '',
        stars: typeof stars === 'number' ? stars : 0,
        isOfficial: official === true,
      },
    ];
  });
}
