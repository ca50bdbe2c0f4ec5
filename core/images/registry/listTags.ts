import { parseObject } from '../content/manifest.ts';
import type { Reference } from '../content/reference.ts';
import { originEndpoint } from './endpoints.ts';
import { connectionError, registryFailed } from './registryError.ts';
import { type RegistryCall, RegistryServer } from './RegistryServer.ts';
import { readBody, redirectTarget } from './Transport.ts';

/** Bytes of a page of tags. */
const maxPageBytes = 4 << 20;

/** Tags of a repository; more are not pulled at once. */
const maxTags = 10_000;

/**
 * Lists the tags of a repository (OCI distribution-spec, "Listing Tags").
 * @throws PCH_IMAGE_NOT_FOUND, PCH_REGISTRY_*
 */
export async function listTags(
  reference: Pick<Reference, 'domain' | 'path'>,
  { transport, config, auth, signal }: RegistryCall,
): Promise<string[]> {
  const { domain, path } = reference;
  const endpoint = originEndpoint(domain, config);
  const server = new RegistryServer({
    transport,
    config,
    endpoint,
    scopes: [`repository:${path}:pull`],
    auth,
  });
  const what = `tags of ${domain}/${path}`;
  return await pagesOf(server, `${path}/tags/list`, { what, field: 'tags', limit: maxTags, signal });
}

interface List {
  /** For messages. */
  what: string;
  /** Member of each page that has the texts. */
  field: string;
  limit: number;
  signal?: AbortSignal | undefined;
}

/** Reads a list of texts, page by page, as the `Link` header says (RFC 5988). */
export async function pagesOf(
  server: RegistryServer,
  path: string,
  { what, field, limit, signal }: List,
): Promise<string[]> {
  const found: string[] = [];
  let next: URL | undefined = server.url(path);
  while (next && found.length < limit) {
    const response = await server.ask(next, { expected: [200], what, signal });
    const page: unknown = parseObject(await pageOf(response, server, what), what, 'list')[field] ?? [];
    if (!Array.isArray(page) || page.length === 0) break;
    found.push(...page.filter((one) => typeof one === 'string'));
    const link = /<([^>]+)>;\s*rel="?next"?/.exec(String(response.headers['link'] ?? ''))?.[1];
    next = link === undefined ? undefined : redirectTarget(next, link);
  }
  return found.slice(0, limit);
}

/** Reads a list. @throws PCH_REGISTRY_FAILED for one that is too long, PCH_REGISTRY_UNREACHABLE */
export async function pageOf(
  response: Parameters<typeof readBody>[0],
  { host }: RegistryServer,
  what: string,
): Promise<Buffer> {
  try {
    return await readBody(response, maxPageBytes);
  } catch (error) {
    if (response.complete) throw registryFailed(host, `the ${what} has more than ${maxPageBytes} bytes`);
    throw connectionError(error, host);
  }
}
