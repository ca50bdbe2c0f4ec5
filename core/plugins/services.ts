/** Services in inversify containers, by the tokens of hooks/services.ts. */
import { Container } from 'inversify';
import type { Engine } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { type Services, services } from '../../hooks/services.ts';
import { type ServicesOf, type Token, tokenName, type Tokens } from '../../hooks/token.ts';
import { frozenCopy } from './draft/frozenCopy.ts';

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

/**
 * Resolves what a plugin injects.
 * @throws PCH_PLUGIN_INVALID for what is not a token of a service
 */
export function injected<Named extends Tokens>(
  container: Container,
  inject: Named,
  plugin: string,
): ServicesOf<Named> {
  const entries = Object.entries(inject).map(([name, token]) => {
    if (!container.isBound(token)) throw unknownService(plugin, name, token);
    return [name, serviceOf(container, token)] as const;
  });
  return Object.freeze(Object.fromEntries(entries)) as ServicesOf<Named>;
}

/** @param token may be anything: JavaScript has no compiler that checks it */
function unknownService(plugin: string, name: string, token: unknown): PouchError {
  const found = typeof token === 'symbol' ? tokenName(token as Token) : String(token);
  const known = Object.values(services).map(tokenName).sort().join(', ');
  return new PouchError(
    'PCH_PLUGIN_INVALID',
    `plugin ${plugin} injects the unknown service ${found} as \`${name}\`; known are ${known}`,
    { plugin, hint: 'import the token from pouch/hooks: `inject: { containers: Containers }`' },
  );
}

/** The engine, whose methods throw PCH_NOT_READY until `isReady`: plugins have it from their setup on. */
export function engineOnceReady(engine: Engine, isReady: () => boolean): Engine {
  const guarded = Object.entries(engine).map(([name, service]) => [name, onceReady(name, service, isReady)]);
  return Object.fromEntries(guarded) as Engine;
}

/** An engine whose methods throw, and reject with, what `convert` makes of their errors. */
export function withErrors(engine: Engine, convert: (error: unknown) => unknown): Engine {
  const fail = (error: unknown): never => {
    throw convert(error);
  };
  const converting =
    (method: Method): Method =>
    (...given) => {
      try {
        const result = method(...given);
        return result instanceof Promise ? result.catch(fail) : result;
      } catch (error) {
        return fail(error);
      }
    };
  const services = Object.entries(engine).map(([name, service]) => [
    name,
    withMethods(service as object, (_method, method) => converting(method)),
  ]);
  return Object.fromEntries(services) as Engine;
}

/**
 * The engine as plugins get it: records are frozen copies. The built-in surfaces get the engine's own, for `ps` on
 * hundreds of containers.
 */
export function withFrozenRecords(engine: Engine): Engine {
  const { containers, execs } = engine;
  return {
    ...engine,
    containers: freezing(containers, ['list', 'inspect']),
    execs: freezing(execs, ['inspect']),
  };
}

function freezing<Service extends object>(service: Service, names: readonly (keyof Service)[]): Service {
  return withMethods(service, (name, method) =>
    names.includes(name as keyof Service) ? (...given) => frozenCopy(method(...given)) : method,
  );
}

function onceReady(service: string, methods: object, isReady: () => boolean): object {
  return withMethods(methods, (name, method) => (...given) => {
    if (!isReady()) throw notReady(`${service}.${name}`);
    return method(...given);
  });
}

type Method = (...given: unknown[]) => unknown;

/** A service whose methods are replaced; the service itself stays their `this`. */
export function withMethods<Service extends object>(
  service: Service,
  replace: (name: string, method: Method) => Method,
): Service {
  return new Proxy(service, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return replace(String(key), (...given) => Reflect.apply(member, target, given) as unknown);
    },
  });
}

function notReady(method: string): PouchError {
  return new PouchError(
    'PCH_NOT_READY',
    `${method}: pouchd is starting and has not read its containers yet`,
    { hint: 'call services in taps, effects and surfaces, not in setup' },
  );
}
