import { methodsOf } from '../../../hooks/serviceMethods.ts';
import { functionsIn } from './functionsIn.ts';
import type { Methods } from './openCall.ts';
import { type Masker, withoutSecrets } from './secretValues.ts';
import { mayCall, notGranted, type ServiceRights } from './serviceRights.ts';

type Services = Readonly<Record<string, unknown>>;

/** What a plugin may read and call. */
export interface PluginRights {
  /** Masks what it reads; undefined: it reads secrets. */
  readonly secrets: Masker | undefined;
  readonly services: ServiceRights;
}

/** Methods whose results have drafts, requests or blame. */
const withDrafts: readonly string[] = [
  ...['list', 'inspect', 'plan', 'storedPlan', 'explain'].map((method) => `containers.${method}`),
  'execs.inspect',
];

/** `containers.list` and others, of the services that a plugin injects. */
export function serviceCalls(services: Services, { secrets, services: rights }: PluginRights): Methods {
  const calls = Object.entries(services).flatMap(([name, service]) =>
    namesOf(name, service).map((method) => {
      const full = `${name}.${method}`;
      const target = service as Record<string, (...args: unknown[]) => unknown>;
      const call = (...args: unknown[]) => {
        if (!mayCall(rights, name, method)) throw notGranted(name, method, rights?.[name]);
        return target[method]?.(...args);
      };
      if (!secrets || !withDrafts.includes(full)) return [full, call] as const;
      return [full, (...args: unknown[]) => masked(call(...args), secrets)] as const;
    }),
  );
  return Object.fromEntries(calls);
}

/** The methods of services of other plugins. */
export function otherMethods(services: Services): Record<string, string[]> {
  const others = Object.entries(services).filter(
    ([name, service]) => service && methodsOf(name).length === 0,
  );
  return Object.fromEntries(others.map(([name, service]) => [name, functionsIn(service as object)]));
}

function namesOf(name: string, service: unknown): string[] {
  const known = methodsOf(name).map(([method]) => method);
  if (known.length > 0) return known;
  return typeof service === 'object' && service !== null ? functionsIn(service) : [];
}

function masked(result: unknown, secrets: Masker): unknown {
  if (!(result instanceof Promise)) return withoutSecrets(result, secrets);
  return result.then((value: unknown) => withoutSecrets(value, secrets));
}
