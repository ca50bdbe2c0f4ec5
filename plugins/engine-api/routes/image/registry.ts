/** Routes that ask registries: push, login, search, lookup. */
import type { AuthResponse, DistributionInspect, ImageSearchResult } from '../../../../client/wire.ts';
import { PouchError } from '../../../../hooks/index.ts';
import { readJson } from '../../http/body.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { streamProgress } from '../../http/progressStream.ts';
import { authBody, registryAuth } from '../../http/registryAuth.ts';
import { sendJson } from '../../http/reply.ts';
import { joinReference, repositoryOf } from '../../translate/image/reference.ts';
import { searchFilter } from '../../translate/image/searchFilter.ts';

export const registryRoutes: Route[] = [
  { method: 'POST', path: '/auth', handler: login },
  { method: 'GET', path: '/images/search', handler: search },
  { method: 'GET', path: '/distribution/*', handler: distribution },
];

/** `POST /images/NAME/push`. As dockerd: without a tag, all tags of the repository. */
export async function push(call: Call): Promise<void> {
  const name = parameter(call, 'name');
  const tag = call.query.text('tag');
  const auth = registryAuth(call.request.headers['x-registry-auth']);
  const reference = joinReference(name, tag);
  await streamProgress(call, reference, async (sink) => {
    let isAnnounced = false;
    const announce = () => {
      if (!isAnnounced) sink.send({ status: `The push refers to repository [${repositoryOf(name)}]` });
      isAnnounced = true;
    };
    const pushed = await call.engine.images.push(reference, {
      allTags: !tag && repositoryOf(name) === name,
      auth,
      onProgress: (progress) => {
        announce();
        sink.report(progress);
      },
      signal: call.signal,
    });
    announce();
    for (const { tag: Tag, digest: Digest, size: Size } of pushed) {
      sink.send({ status: `${Tag}: digest: ${Digest} size: ${Size}` });
      sink.send({ progressDetail: {}, aux: { Tag, Digest, Size } });
    }
  });
}

async function login(call: Call): Promise<void> {
  await call.engine.images.authenticate(authBody(await readJson(call)), call.signal);
  const body: AuthResponse = { Status: 'Login Succeeded', IdentityToken: '' };
  sendJson(call, body);
}

const defaultLimit = 25;
const mostResults = 100;

async function search(call: Call): Promise<void> {
  const { query } = call;
  const term = query.text('term');
  if (!term) throw new PouchError('PCH_BAD_REQUEST', 'term: expected a word to search for, found none');
  const isWanted = searchFilter(query.filters());
  const limit = query.integer('limit') || defaultLimit;
  if (limit < 1 || limit > mostResults)
    throw new PouchError('PCH_BAD_REQUEST', `limit: expected 1 to ${mostResults}, found ${limit}`);
  const auth = registryAuth(call.request.headers['x-registry-auth']);
  const found = await call.engine.images.search(term, { limit, auth, signal: call.signal });
  const body: ImageSearchResult[] = found.filter(isWanted).map((one) => ({
    name: one.name,
    description: one.description,
    star_count: one.stars,
    is_official: one.isOfficial,
    is_automated: false,
  }));
  sendJson(call, body);
}

/** `GET /distribution/NAME/json`: names contain slashes. */
async function distribution(call: Call): Promise<void> {
  const path = call.params['*'] ?? '';
  const name = path.replace(/\/json$/, '');
  if (name === path || name === '')
    throw new PouchError('PCH_PATH_NOT_FOUND', `page not found: GET /distribution/${path}`);
  const auth = registryAuth(call.request.headers['x-registry-auth']);
  const { descriptor, platforms } = await call.engine.images.remote(name, { auth, signal: call.signal });
  const { mediaType, digest, size } = descriptor;
  const body: DistributionInspect = {
    Descriptor: { mediaType, digest, size },
    Platforms: platforms,
  };
  sendJson(call, body);
}
