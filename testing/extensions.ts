/** What clients of a daemon call of a plugin, without a daemon. */
import { callRoute } from '../core/lifecycle/extensions/callRoute.ts';
import { runChecks } from '../core/lifecycle/extensions/runChecks.ts';
import { runVerb } from '../core/lifecycle/extensions/verbs.ts';
import { renderMetrics } from '../core/metrics/renderMetrics.ts';
import type { Generation } from '../core/plugins/index.ts';
import type { DoctorReport } from '../hooks/engine.ts';

/** What a verb wrote and returned. */
export interface VerbResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The response of a route. */
export interface RouteResponse {
  status: number;
  /** By their names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The value of `json`, the text of `text`, or undefined for a response without content. */
  body: unknown;
}

/** What clients of a daemon call of a plugin. */
export interface HarnessExtensions {
  /**
   * Runs a verb: `verb('greet', { name: 'ann' }, { loud: true })` is `pouch greet ann --loud`.
   * @throws PCH_NOT_FOUND, PCH_OPTION_INVALID, PCH_DEADLINE, and what the verb throws
   */
  verb(
    name: string,
    args?: Readonly<Record<string, unknown>>,
    options?: Readonly<Record<string, unknown>>,
  ): Promise<VerbResult>;
  /**
   * Calls a route of the plugin: `route('GET', '/users/ann?full=1')` is `GET /plugins/NAME/users/ann?full=1`.
   * @throws PCH_PATH_NOT_FOUND, PCH_BAD_REQUEST, PCH_DEADLINE, and what the route throws
   */
  route(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<RouteResponse>;
  /** Runs the checks that the plugin, and its neighbours, add to `pouch doctor`. */
  doctor(): Promise<DoctorReport[]>;
  /** The metrics of the plugin and its neighbours, as `GET /pouch/metrics` has them. */
  metrics(): Promise<string>;
}

/** @param plugin name of the plugin whose routes are called */
export function extensionsOf(generation: Generation, plugin: string): HarnessExtensions {
  // The deadlines of the plugin hold.
  const { signal } = new AbortController();
  return {
    async verb(name, args = {}, options = {}) {
      const written = { stdout: '', stderr: '' };
      const writer = (stream: keyof typeof written) => (text: string) => {
        written[stream] += text;
        return Promise.resolve();
      };
      const context = { out: writer('stdout'), err: writer('stderr'), signal };
      const exitCode = await runVerb(
        generation,
        name,
        { args: { ...args }, options: { ...options } },
        context,
      );
      return { exitCode, ...written };
    },
    async route(method, path, body): Promise<RouteResponse> {
      const { pathname, searchParams } = new URL(path, 'http://harness');
      const query = Object.fromEntries(searchParams);
      const reply = await callRoute(generation, plugin, { method, path: pathname, query, body, signal });
      const { status, json, text, type = 'text/plain; charset=utf-8' } = reply;
      const own = Object.entries(reply.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
      const headers = Object.fromEntries(own) as Record<string, string>;
      if (text !== undefined) return { status, headers: { ...headers, 'content-type': type }, body: text };
      if (json === undefined) return { status, headers, body: undefined };
      // As a client reads it.
      const read = JSON.parse(JSON.stringify(json)) as unknown;
      return { status, headers: { ...headers, 'content-type': 'application/json' }, body: read };
    },
    doctor: () => runChecks(generation, signal),
    metrics: () => renderMetrics(generation.contributions.flatMap(({ contributed }) => contributed.metrics)),
  };
}
