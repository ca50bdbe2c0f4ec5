/** Services of pouchd as a plugin in a process of its own has them: their methods are calls. */
import { methodsOf, type MethodKind } from '../../../hooks/serviceMethods.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import type { ProcessManifest } from '../../../hooks/processProtocol.ts';
import { conditions, tokenName } from '../../../hooks/token.ts';
import { freeze } from '../draft/frozenCopy.ts';
import type { Connection } from './Connection.ts';

/** Services that a plugin injects, as its manifest names them. */
export function injectedBy({ inject = {} }: Plugin): NonNullable<ProcessManifest['inject']> {
  return Object.values(inject).map((wanted) => {
    const { token, range, isOptional } = conditions(wanted);
    const service = tokenName(token);
    if (range === undefined && !isOptional) return service;
    return { service, ...(range !== undefined && { range }), ...(isOptional && { optional: true as const }) };
  });
}

/**
 * The services of a plugin, by the names that its `inject` gives them.
 * @param own those that this process has itself
 * @param others methods of services of other plugins
 */
export async function servicesOf(
  { inject = {} }: Plugin,
  own: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, readonly string[]>>,
  connection: Connection,
): Promise<Record<string, unknown>> {
  const services: Record<string, unknown> = {};
  for (const [name, wanted] of Object.entries(inject)) {
    const service = tokenName(conditions(wanted).token);
    const isOfEngine = methodsOf(service).length > 0;
    services[name] =
      own[service] ??
      (isOfEngine
        ? Object.freeze({ ...remoteService(service, connection), ...(await localOf(service)) })
        : otherService(service, others[service], connection));
  }
  return Object.freeze(services);
}

/** Of another plugin. What its methods return, at once or as a promise, they return here. */
function otherService(
  service: string,
  methods: readonly string[] | undefined,
  connection: Connection,
): object | undefined {
  const calls = methods?.map((method) => [
    method,
    (...args: unknown[]) => connection.callNow(`${service}.${method}`, args),
  ]);
  return calls && Object.freeze(Object.fromEntries(calls) as object);
}

export function remoteService(service: string, connection: Connection): object {
  const methods = methodsOf(service).map(([method, kind]) => [
    method,
    remote(`${service}.${method}`, kind, connection),
  ]);
  return Object.fromEntries(methods) as object;
}

/** A descriptor is one of this process; koffi is loaded only for it. */
async function localOf(service: string): Promise<object> {
  if (service !== 'system') return {};
  const { socketPeer } = await import('../../host/socketPeer.ts');
  return { peerOf: socketPeer };
}

type Method = (...args: unknown[]) => unknown;

/** Their records are frozen in pouchd too. */
const frozen: readonly string[] = ['containers.list', 'containers.inspect', 'execs.inspect'];

function remote(method: string, kind: MethodKind, connection: Connection): Method {
  const result = frozen.includes(method) ? freeze : (value: unknown) => value;
  if (kind === 'now') return (...args) => result(connection.callNow(method, args));
  if (kind === 'stream') return (...args) => iteratedLater(connection.call(method, args));
  return async (...args) => await connection.call(method, args);
}

/** A stream that is on its way. */
function iteratedLater(coming: Promise<unknown>): AsyncIterableIterator<unknown> {
  coming.catch(() => undefined);
  const source = async () => (await coming) as AsyncIterator<unknown>;
  return {
    next: async () => await (await source()).next(),
    return: async () => (await (await source()).return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
