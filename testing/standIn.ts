import { PouchError } from '../hooks/errors.ts';
import { type Token, tokenName } from '../hooks/token.ts';

/** A service of a test in place of one that a plugin provides. */
export interface StandIn {
  readonly token: Token;
  readonly service: object;
}

/** Replaces a service for every plugin of a harness: `provided: [standIn(Users, { find: () => … })]`. */
export function standIn<Service extends object>(token: Token<Service>, methods: Partial<Service>): StandIn {
  const name = tokenName(token);
  return { token, service: onlyMethods(name, methods, `standIn(${name}, { METHOD: … })`) };
}

/** A service whose missing methods are errors that say what to do. @param hint with METHOD for the method's name */
export function onlyMethods<Service extends object>(
  name: string,
  methods: Partial<Service>,
  hint: string,
): Service {
  return new Proxy(methods as Service, {
    get(target, key) {
      // A service that had `then` would be taken for a promise.
      if (key in target || typeof key === 'symbol' || key === 'then')
        return Reflect.get(target, key) as unknown;
      return () => {
        throw new PouchError('PCH_INTERNAL', `the test calls ${name}.${key}, which it does not provide`, {
          hint: `give the harness ${hint.replace('METHOD', key)}`,
        });
      };
    },
  });
}
