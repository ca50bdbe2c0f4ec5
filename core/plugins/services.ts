/** Services in inversify containers, by the tokens of hooks/services.ts. */
import { Container } from 'inversify';
import type { Engine } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { type Services, services } from '../../hooks/services.ts';
import { conditions, type Requirements, type ServicesOf, type Token, tokenName } from '../../hooks/token.ts';
import { attribute } from './attribute.ts';
import { withMethods } from './frozenRecords.ts';

/** A container with these services, and with those of its parent. */
export function containerWith(bound: Partial<Services>, parent?: Container): Container {
  const container = new Container(parent && { parent });
  bindServices(container, bound);
  return container;
}

export function bindServices(container: Container, bound: Partial<Services>): void {
  for (const [name, service] of Object.entries(bound))
    container.bind(services[name as keyof Services]).toConstantValue(service);
}

export function serviceOf<Service>(container: Container, token: Token<Service>): Service {
  return container.get<Service>(token);
}

/** Resolves what a plugin injects; an optional service that is not bound is undefined. */
export function injected<Named extends Requirements>(container: Container, inject: Named): ServicesOf<Named> {
  const entries = Object.entries(inject).map(([name, wanted]) => {
    const { token } = conditions(wanted);
    return [name, container.isBound(token) ? serviceOf(container, token) : undefined] as const;
  });
  return Object.freeze(Object.fromEntries(entries)) as ServicesOf<Named>;
}

/** A service of a plugin as others get it: errors of its methods name the plugin. */
export function attributedService<Service extends object>(
  service: Service,
  token: Token,
  plugin: string,
): Service {
  return withMethods(service, (name, method) =>
    failingWith(method, (error) =>
      attribute(error, { plugin, what: `${name} of the service ${tokenName(token)} (plugin ${plugin})` }),
    ),
  );
}

/** The engine, whose methods throw PCH_NOT_READY until `isReady`: plugins have it from their setup on. */
export function engineOnceReady(engine: Engine, isReady: () => boolean): Engine {
  const guarded = Object.entries(engine).map(([name, service]) => [name, onceReady(name, service, isReady)]);
  return Object.fromEntries(guarded) as Engine;
}

/** An engine whose methods throw, and reject with, what `convert` makes of their errors. */
export function withErrors(engine: Engine, convert: (error: unknown) => unknown): Engine {
  const services = Object.entries(engine).map(([name, service]) => [
    name,
    withMethods(service as object, (_method, method) => failingWith(method, convert)),
  ]);
  return Object.fromEntries(services) as Engine;
}

function failingWith(method: Method, convert: (error: unknown) => unknown): Method {
  const fail = (error: unknown): never => {
    throw convert(error);
  };
  return (...given) => {
    try {
      const result = method(...given);
      return result instanceof Promise ? result.catch(fail) : result;
    } catch (error) {
      return fail(error);
    }
  };
}

function onceReady(service: string, methods: object, isReady: () => boolean): object {
  return withMethods(methods, (name, method) => (...given) => {
    if (!isReady()) throw notReady(`${service}.${name}`);
    return method(...given);
  });
}

type Method = (...given: unknown[]) => unknown;

function notReady(method: string): PouchError {
  return new PouchError(
    'PCH_NOT_READY',
    `${method}: pouchd is starting and has not read its containers yet`,
    { hint: 'call services in taps, effects and surfaces, not in setup' },
  );
}
