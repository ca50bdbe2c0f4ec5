import type { Engine } from '../../hooks/engine.ts';
import { frozenCopy } from './draft/frozenCopy.ts';

type Method = (...given: unknown[]) => unknown;

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

/** A service whose methods are replaced; the service itself stays their `this`. */
export function withMethods<Service extends object>(
  service: Service,
  replace: (name: string, method: Method) => Method,
): Service {
  // A proxy of a frozen service itself could not replace its methods.
  return new Proxy(Object.create(service) as Service, {
    get(_target, key) {
      const member: unknown = Reflect.get(service, key);
      if (typeof member !== 'function') return member;
      return replace(String(key), (...given) => Reflect.apply(member, service, given) as unknown);
    },
  });
}
