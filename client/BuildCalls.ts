import { PassThrough, type Readable } from 'node:stream';
import type { ProgressStream } from './ImageCalls.ts';
import type { Transport } from './Transport.ts';
import type { BuildPruneResponse, ProgressMessage, RegistryAuthWire, Ulimit } from './wire.ts';

/** How an image is built. Sizes are bytes. */
export interface BuildRequest {
  /** Path in the context; missing: `Dockerfile`. */
  dockerfile?: string;
  /** References that the image gets. */
  tags?: readonly string[];
  buildArgs?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
  target?: string;
  platform?: string;
  noCache?: boolean;
  /** Pull base images that the daemon has, too. */
  pull?: boolean;
  /** Network of `RUN`. */
  network?: string;
  /** For /etc/hosts: `NAME:ADDRESS`. */
  extraHosts?: readonly string[];
  memory?: number;
  memorySwap?: number;
  cpuShares?: number;
  cpuPeriod?: number;
  cpuQuota?: number;
  cpusetCpus?: string;
  cpusetMems?: string;
  shmSize?: number;
  ulimits?: readonly Ulimit[];
  /** Caches in registries that the build may use: `NAME` or `type=registry,ref=NAME`. */
  cacheFrom?: readonly string[];
  /** Where the build leaves its cache: `type=inline` or `type=registry,ref=NAME,mode=max`. Only pouchd takes it. */
  cacheTo?: readonly string[];
  /** Content of the files of `RUN --mount=type=secret`, by id. Only pouchd takes them. */
  secrets?: ReadonlyMap<string, Buffer>;
  /** Credentials by the keys that registries have in the docker CLI's config file. */
  auth?: Readonly<Record<string, RegistryAuthWire>>;
  signal?: AbortSignal;
}

/** What is removed of the cache; all by default. */
export interface BuildPruneRequest {
  all?: boolean;
  filters?: Readonly<Record<string, readonly string[]>>;
  /** Bytes that may stay. */
  keepStorage?: number;
}

/** Calls that build images. */
export class BuildCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Builds an image of a context, a tar. The stream has the output of the build, and `aux` with the `ID` of the image;
   * it throws nothing if the build fails: its last message is an `error`.
   */
  build(context: Readable, request: BuildRequest = {}): Promise<ProgressStream> {
    const { secrets = new Map<string, Buffer>(), auth, signal } = request;
    const head = secrets.size === 0 ? undefined : encodeSecrets(secrets);
    const headers = {
      'content-type': 'application/x-tar',
      ...(auth && { 'x-registry-config': Buffer.from(JSON.stringify(auth)).toString('base64url') }),
      ...(head && { 'x-pouch-secrets': String(head.length) }),
    };
    const upload = head ? preceded(head, context) : context;
    return this.#transport.lines<ProgressMessage>('POST', `/build?${queryOf(request)}`, {
      upload,
      headers,
      ...(signal && { signal }),
    });
  }

  /** Removes what the daemon keeps between builds. `keepStorage` is bytes. */
  prune({ all = true, filters = {}, keepStorage }: BuildPruneRequest = {}): Promise<BuildPruneResponse> {
    const query = new URLSearchParams({
      ...(all && { all: '1' }),
      ...(Object.keys(filters).length > 0 && { filters: JSON.stringify(filters) }),
      ...(keepStorage !== undefined && { 'keep-storage': String(keepStorage) }),
    });
    return this.#transport.json('POST', `/build/prune?${query.toString()}`);
  }
}

function encodeSecrets(secrets: ReadonlyMap<string, Buffer>): Buffer {
  const entries = [...secrets].map(([id, content]) => [id, content.toString('base64')]);
  return Buffer.from(JSON.stringify(Object.fromEntries(entries)));
}

function preceded(head: Buffer, body: Readable): Readable {
  const whole = new PassThrough();
  whole.write(head);
  body.on('error', (error) => whole.destroy(error));
  return body.pipe(whole);
}

function queryOf(request: BuildRequest): string {
  const { tags = [], extraHosts = [], buildArgs, labels, ulimits, cacheFrom, cacheTo } = request;
  const values: Record<string, string | number | boolean | undefined> = {
    dockerfile: request.dockerfile,
    target: request.target,
    platform: request.platform,
    nocache: request.noCache,
    pull: request.pull,
    networkmode: request.network,
    memory: request.memory,
    memswap: request.memorySwap,
    cpushares: request.cpuShares,
    cpuperiod: request.cpuPeriod,
    cpuquota: request.cpuQuota,
    cpusetcpus: request.cpusetCpus,
    cpusetmems: request.cpusetMems,
    shmsize: request.shmSize,
    buildargs: buildArgs && JSON.stringify(buildArgs),
    labels: labels && JSON.stringify(labels),
    ulimits: ulimits && JSON.stringify(ulimits),
    cachefrom: cacheFrom && JSON.stringify(cacheFrom),
    cacheto: cacheTo && JSON.stringify(cacheTo),
    rm: true,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) query.append(name, String(value));
  for (const tag of tags) query.append('t', tag);
  for (const host of extraHosts) query.append('extrahosts', host);
  return query.toString();
}
