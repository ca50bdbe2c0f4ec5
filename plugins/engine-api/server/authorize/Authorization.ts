/** Authorization plugins: they see each request before it runs, and its response before it is sent. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { type AuthorizationSettings, type Caller, messageOf, PouchError } from '../../../../hooks/index.ts';
import { DockerPlugins } from '../../../../translate/dockerPlugins/DockerPlugins.ts';

/** A request that is to be decided. */
export interface AskedRequest {
  caller: Caller;
  method: string;
  /** With the query. */
  uri: string;
  headers: IncomingHttpHeaders;
  /** Only of JSON. */
  body: Buffer | undefined;
}

/** A response that is complete. */
export interface AskedResponse {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer | undefined;
}

type Decide = 'AuthZPlugin.AuthZReq' | 'AuthZPlugin.AuthZRes';

/** Headers with passwords of registries and of this daemon: Docker keeps the first two from plugins too. */
const secretHeaders = ['x-registry-auth', 'x-registry-config', 'authorization', 'cookie'];

export class Authorization {
  readonly #settings: () => AuthorizationSettings;
  readonly #plugins = new DockerPlugins('authz');

  constructor(settings: () => AuthorizationSettings) {
    this.#settings = settings;
  }

  get isOn(): boolean {
    return this.#settings().plugins.length > 0;
  }

  /** @throws PCH_AUTHORIZATION_DENIED, PCH_AUTHORIZATION_FAILED */
  async checkRequest(request: AskedRequest): Promise<void> {
    for (const plugin of this.#settings().plugins)
      await this.#decide(plugin, 'AuthZPlugin.AuthZReq', wireOf(request));
  }

  /** The last plugin decides first, as with Docker. @throws PCH_AUTHORIZATION_DENIED, PCH_AUTHORIZATION_FAILED */
  async checkResponse(request: AskedRequest, { status, headers, body }: AskedResponse): Promise<void> {
    const wire = {
      ...wireOf(request),
      ResponseStatusCode: status,
      ResponseHeaders: plainHeaders(headers),
      ...(body && { ResponseBody: body.toString('base64') }),
    };
    for (const plugin of this.#settings().plugins.toReversed())
      await this.#decide(plugin, 'AuthZPlugin.AuthZRes', wire);
  }

  async #decide(plugin: string, method: Decide, body: object): Promise<void> {
    const { Allow, Msg, Err } = await this.#call(plugin, method, body);
    if (typeof Err === 'string' && Err !== '') throw failed(plugin, method, Err);
    if (Allow === true) return;
    const reason = typeof Msg === 'string' ? Msg : '';
    throw new PouchError('PCH_AUTHORIZATION_DENIED', `authorization denied by plugin ${plugin}: ${reason}`);
  }

  async #call(plugin: string, method: Decide, body: object): Promise<Record<string, unknown>> {
    const { timeout } = this.#settings();
    return await this.#plugins.call(plugin, { method, timeout }, body).catch((error: unknown) => {
      throw failed(plugin, method, messageOf(error), error);
    });
  }
}

/** Docker's names. A client without a certificate has no user. */
function wireOf({ caller, method, uri, headers, body }: AskedRequest): object {
  return {
    User: caller.certificate ?? '',
    UserAuthNMethod: caller.certificate === undefined ? '' : 'TLS',
    RequestMethod: method,
    RequestUri: uri,
    RequestHeaders: plainHeaders(headers),
    ...(body && { RequestBody: body.toString('base64') }),
  };
}

/** Names are those that Go's clients expect: `Content-Type`. */
function plainHeaders(headers: IncomingHttpHeaders | OutgoingHttpHeaders): Record<string, string> {
  const shown = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !secretHeaders.includes(name.toLowerCase()),
  );
  return Object.fromEntries(shown.map(([name, value]) => [canonical(name), String(value)]));
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (begin) => begin.toUpperCase());
}

function failed(plugin: string, method: Decide, problem: string, cause?: unknown): PouchError {
  return new PouchError(
    'PCH_AUTHORIZATION_FAILED',
    `plugin ${plugin} failed with error: ${method}: ${problem}`,
    {
      hint: 'repair the plugin, or remove it from authorization.plugins of pouchd.yaml and send pouchd SIGHUP',
      cause,
    },
  );
}
