import { PouchError } from '../../../hooks/errors.ts';
import { type CallableService, methodsOf } from '../../../hooks/serviceMethods.ts';
import { conditions, type Requirements, tokenName } from '../../../hooks/token.ts';
import { withMethods } from '../frozenRecords.ts';

/** What a shadow may call: it reads, and starts no plan, which would be one for the shadow again. */
const reads: Readonly<Partial<Record<CallableService, readonly string[]>>> = {
  checkpoints: ['list'],
  clock: ['now', 'monotonic'],
  config: ['get', 'originOf'],
  containers: [
    'list',
    'inspect',
    'usage',
    'storedPlan',
    'explain',
    'timeline',
    'effects',
    'explainEffect',
    'logs',
    'services',
    'top',
    'stats',
    'wait',
  ],
  events: ['subscribe'],
  execs: ['inspect'],
  extensions: ['verbs', 'pages', 'metrics'],
  files: ['look', 'readText', 'list'],
  images: ['get', 'list', 'history'],
  log: ['debug', 'info', 'warn', 'error'],
  plugins: ['list', 'logs', 'graph', 'shadows'],
  snapshots: ['list'],
  system: ['info', 'version', 'ops', 'networks', 'peerOf', 'runtimes', 'profiles'],
  networks: ['list', 'inspect'],
  volumes: ['list', 'inspect'],
};

/** The services that a shadow injects: each call that may change something is refused. */
export function shadowServices<Services extends object>(
  services: Services,
  inject: Requirements,
  plugin: string,
): Services {
  const guarded = Object.entries(services).map(([name, service]: [string, unknown]) => {
    const wanted = inject[name];
    if (!isObject(service) || !wanted) return [name, service] as const;
    return [name, guardedService(service, tokenName(conditions(wanted).token), plugin)] as const;
  });
  return Object.freeze(Object.fromEntries(guarded)) as Services;
}

function guardedService(service: object, name: string, plugin: string): object {
  // Data, such as the facts of the host.
  if (name === 'host') return service;
  const allowed = reads[name as CallableService] ?? [];
  return withMethods(service, (method, call) =>
    allowed.includes(method)
      ? call
      : () => {
          throw refused(plugin, name, method);
        },
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refused(plugin: string, service: string, method: string): PouchError {
  const isOfEngine = methodsOf(service).length > 0;
  const why = isOfEngine
    ? 'the call may change something'
    : 'a service of another plugin may change something';
  return new PouchError(
    'PCH_PLUGIN_SHADOW',
    `plugin ${plugin} is a shadow and cannot call ${service}.${method}: ${why}, and a shadow only plans`,
    {
      plugin,
      hint: 'plan without this call, or promote the plugin: `pouch plugin promote`; docs/guides/managing-plugins.md lists what a shadow may read',
    },
  );
}
