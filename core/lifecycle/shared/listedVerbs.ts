import type { Engine } from '../../../hooks/engine.ts';
import { type Operations, withMethods } from '../../plugins/index.ts';

type Verbs = { readonly [Service in keyof Engine]?: readonly (keyof Engine[Service])[] };

/** The methods that may change something, or ask plugins: `pouch ops` lists them while they run. */
const verbs = {
  containers: [
    'plan',
    'record',
    'create',
    'run',
    'start',
    'stop',
    'restart',
    'kill',
    'remove',
    'rename',
    'update',
    'reconcile',
    'upgrade',
    'rollback',
    'forgetRollback',
    'pause',
    'unpause',
    'remount',
    'dropEffect',
    'prune',
  ],
  checkpoints: ['create', 'remove'],
  execs: ['start'],
  snapshots: ['create', 'restore', 'remove', 'diff'],
  images: ['pull', 'load', 'import', 'bootstrap', 'remove', 'prune'],
  volumes: ['create', 'remove', 'prune'],
  plugins: ['reload', 'disable', 'enable', 'install', 'rollback', 'remove', 'promote', 'demote'],
} as const satisfies Verbs;

/** The engine whose calls of a verb are operations: `create`, `image pull`. */
export function withListedVerbs(engine: Engine, operations: Operations): Engine {
  const listed = Object.entries(verbs).map(([name, methods]: [string, readonly string[]]) => {
    const noun = name === 'containers' ? '' : `${name.slice(0, -1)} `;
    const service = engine[name as keyof typeof verbs];
    return [
      name,
      withMethods<object>(service, (method, call) =>
        methods.includes(method)
          ? (...given) => operations.run(noun + method, undefined, async () => call(...given))
          : call,
      ),
    ];
  });
  return { ...engine, ...(Object.fromEntries(listed) as Partial<Engine>) };
}
