/** The query of `POST /build`, as dockerd 20.10 reads it for its own builder. */
import {
  type BuildLimits,
  type BuildOptions,
  PouchError,
  type SessionBuild,
} from '../../../../hooks/index.ts';
import type { Query } from '../../http/Query.ts';
import { validate } from '../../http/validate.ts';
import { listOf, mapOf, record, text, typed, whole } from '../../schemas/json.ts';
import { cacheSources, cacheTargets } from './buildCache.ts';

/** What Pouch does not do, with the value that means nothing. Other parameters are not known to dockerd either. */
const refused: readonly (readonly [
  name: string,
  isSet: (value: string) => boolean,
  why: string,
  hint: string,
])[] = [
  ['remote', () => true, 'a context that pouchd fetches', 'send the context as a tar'],
  ['squash', isTrue, 'squashing layers', 'use a last stage that copies what the image needs'],
  ['outputs', (value) => value !== '[]', 'another output than an image', 'use docker cp, or pouch cp'],
  ['securityopt', (value) => !['[]', 'null'].includes(value), 'a security option of a build', 'omit it'],
  ['cgroupparent', () => true, 'a cgroup of a build', 'set cgroupParent in pouchd.yaml'],
  ['isolation', (value) => value !== 'default', 'an isolation of Windows', 'omit it'],
];

function isTrue(value: string): boolean {
  return !['0', 'no', 'false', 'none'].includes(value.trim().toLowerCase());
}

/** @throws PCH_BAD_REQUEST, PCH_NOT_SUPPORTED */
export function buildOptions(query: Query): BuildOptions {
  refuse(query, refused);
  const cacheFrom = cacheSources(texts(query, 'cachefrom'));
  const cacheTo = cacheTargets(texts(query, 'cacheto'));
  return {
    ...commonOptions(query),
    ...(cacheFrom.length > 0 && { cacheFrom }),
    ...(cacheTo.length > 0 && { cacheTo }),
  };
}

function refuse(query: Query, parameters: typeof refused): void {
  for (const [name, isSet, what, hint] of parameters) {
    const value = query.text(name);
    if (value !== undefined && isSet(value))
      throw new PouchError('PCH_NOT_SUPPORTED', `${name}: ${what} is not supported by Pouch`, { hint });
  }
}

function commonOptions(query: Query): BuildOptions {
  const network = query.text('networkmode');
  const dockerfile = query.text('dockerfile');
  const target = query.text('target');
  const platform = query.text('platform');
  return {
    ...(dockerfile !== undefined && { dockerfile }),
    names: query.all('t'),
    buildArgs: valuesOf(query, 'buildargs'),
    labels: valuesOf(query, 'labels'),
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    noCache: query.flag('nocache'),
    pull: query.flag('pull'),
    ...(network !== undefined && { network }),
    ...(query.has('extrahosts') && { extraHosts: hostsOf(query.all('extrahosts')) }),
    limits: limitsOf(query),
  };
}

/** Whether the context is in the session of a client of BuildKit. */
export function isSessionBuild(query: Query): boolean {
  return query.text('version') === '2';
}

/** @throws PCH_BAD_REQUEST, PCH_NOT_SUPPORTED */
export function sessionBuild(query: Query): Omit<SessionBuild, 'signal' | 'trace'> {
  refuse(
    query,
    refused.filter(([name]) => name !== 'remote'),
  );
  const session = query.text('session');
  const remote = query.text('remote') ?? fromSession;
  if (session === undefined)
    throw new PouchError(
      'PCH_NOT_SUPPORTED',
      'session: a build by BuildKit without a session is not supported by Pouch',
      {
        hint: 'build with docker buildx, or with pouch build',
      },
    );
  const { names = [], buildArgs = {}, labels = {}, network, limits = {}, ...options } = commonOptions(query);
  return {
    session,
    id: query.text('buildid') ?? '',
    ...(remote !== fromSession && remote !== fromUpload && { remote }),
    ...(options.dockerfile !== undefined && { dockerfile: options.dockerfile }),
    ...(options.target !== undefined && { target: options.target }),
    ...(options.platform !== undefined && { platform: options.platform }),
    buildArgs,
    labels,
    extraHosts: options.extraHosts ?? {},
    noCache: options.noCache ?? false,
    pull: options.pull ?? false,
    wishes: { ...(network !== undefined && { network }), limits },
    cacheFrom: texts(query, 'cachefrom'),
    names,
  };
}

const fromSession = 'client-session';
const fromUpload = 'upload-request';

/** Whether the client sends the context by a request of its own. */
export function awaitsUpload(query: Query): boolean {
  return query.text('remote') === fromUpload;
}

/** The build that a request has the context of: its whole body. Undefined for a request that builds. */
export function uploadFor(query: Query): string | undefined {
  const [, id] = (query.text('buildid') ?? '').split(`${fromUpload}:`);
  return id;
}
const textList = typed<string[] | null>(listOf(text));

function texts(query: Query, name: string): string[] {
  return json(query, name, (value) => validate(textList, value)) ?? [];
}

const nullableTexts = typed<Record<string, string | null> | null>(mapOf(text));

/** An argument without a value is one that the client does not have. */
function valuesOf(query: Query, name: string): Record<string, string> {
  const map = json(query, name, (value) => validate(nullableTexts, value)) ?? {};
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function json<T>(query: Query, name: string, read: (value: unknown) => T): T | undefined {
  const value = query.text(name);
  if (value === undefined) return undefined;
  try {
    return read(JSON.parse(value));
  } catch (cause) {
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `query parameter ${name}: expected JSON as Docker’s clients send it`,
      {
        cause,
      },
    );
  }
}

function hostsOf(all: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    all.map((one) => {
      const [name = '', ...address] = one.split(':');
      if (name === '' || address.length === 0)
        throw new PouchError(
          'PCH_BAD_REQUEST',
          `query parameter extrahosts: expected NAME:ADDRESS, found "${one}"`,
        );
      return [name, address.join(':')];
    }),
  );
}

interface UlimitWire {
  Name: string;
  Soft: number;
  Hard: number;
}

const ulimits = typed<UlimitWire[] | null>(
  listOf(record({ Name: text, Soft: whole, Hard: whole }, ['Name', 'Soft', 'Hard'])),
);

/** Zero means no limit. */
function limitsOf(query: Query): BuildLimits {
  const number = (name: string) => query.integer(name) || undefined;
  const values = {
    memory: number('memory'),
    memorySwap: number('memswap'),
    cpuShares: number('cpushares'),
    cpuPeriod: number('cpuperiod'),
    cpuQuota: number('cpuquota'),
    cpusetCpus: query.text('cpusetcpus'),
    cpusetMems: query.text('cpusetmems'),
    shmSize: number('shmsize'),
    ulimits: json(query, 'ulimits', (value) => validate(ulimits, value))?.map(({ Name, Soft, Hard }) => ({
      name: Name,
      soft: Soft,
      hard: Hard,
    })),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
