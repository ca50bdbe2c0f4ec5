/** Services that a plugin in a process of its own may call: `grants.services` of its entry. */
import type { PluginGrants, ServiceGrant } from '../../../config/types.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { ProcessManifest } from '../../../hooks/processProtocol.ts';
import { isRootUser } from './launch.ts';

/** By service. Undefined: all services. */
export type ServiceRights = Readonly<Record<string, ServiceGrant>> | undefined;

/** They read and change nothing that the plugin could not by itself. */
const free: NonNullable<ServiceRights> = { clock: true, host: true, log: true };

/** The user of a process with all rights may call all services. */
export function serviceRights(user: string, { services }: PluginGrants): ServiceRights {
  return isRootUser(user) ? undefined : { ...services, ...free };
}

/** @throws PCH_PLUGIN_RIGHTS if a plugin injects a service that its entry does not grant */
export function requireServices({ name, inject = [] }: ProcessManifest, rights: ServiceRights): void {
  const names = inject.map((wanted) => (typeof wanted === 'string' ? wanted : wanted.service));
  const missing = names.filter((service) => rights && !Object.hasOwn(rights, service));
  if (missing.length === 0) return;
  const granted = missing.map((service) => `${service}: true`).join(', ');
  throw new PouchError(
    'PCH_PLUGIN_RIGHTS',
    `plugin ${name} injects ${missing.join(' and ')}, which its entry does not grant`,
    {
      plugin: name,
      hint:
        `write \`grants: { services: { ${granted} } }\` in its entry in pouchd.yaml if you trust it with that; ` +
        'a list of methods instead of true grants less',
    },
  );
}

export function mayCall(rights: ServiceRights, service: string, method: string): boolean {
  const grant = rights === undefined ? true : Object.hasOwn(rights, service) && rights[service];
  return grant === true || (Array.isArray(grant) && grant.includes(method));
}

/** The error of a method that a grant does not list. */
export function notGranted(service: string, method: string, granted: ServiceGrant | undefined): PouchError {
  const listed = [...(Array.isArray(granted) ? (granted as readonly string[]) : []), method].join(', ');
  return new PouchError(
    'PCH_PLUGIN_RIGHTS',
    `it calls ${service}.${method}, which its entry does not grant`,
    {
      hint: `write \`grants: { services: { ${service}: [${listed}] } }\` in its entry in pouchd.yaml if you trust it with that`,
    },
  );
}
