/** Services in inversify containers, by the tokens of hooks/services.ts. */
import { Container } from 'inversify';
import type { Engine } from '../../hooks/engine.ts';
import { PouchError } from '../../hooks/errors.ts';
import { type Services, services } from '../../hooks/services.ts';
import { type ServicesOf, type Token, tokenName, type Tokens } from '../../hooks/token.ts';

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

function onceReady(name: string, service: object, isReady: () => boolean): object {
  return new Proxy(service, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        if (!isReady()) throw notReady(`${name}.${String(key)}`);
        return Reflect.apply(member, target, given);
      };
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
