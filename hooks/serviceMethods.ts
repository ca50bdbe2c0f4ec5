/** The methods of services that a plugin in a process of its own can call. */
import type { Services } from './services.ts';

/**
 * How a method is called across processes. `call`: it returns a promise. `now`: it returns at once, and TypeScript
 * waits for its result. `stream`: it returns what is iterated. `local`: the host program of modules has it itself.
 */
export type MethodKind = 'call' | 'now' | 'stream' | 'local';

/** The compiler checks that every method is here. */
export const serviceMethods = {
  checkpoints: { create: 'call', list: 'call', remove: 'call' },
  clock: { now: 'local', monotonic: 'local' },
  config: { get: 'now', originOf: 'now' },
  containers: {
    plan: 'call',
    create: 'call',
    run: 'call',
    start: 'call',
    stop: 'call',
    restart: 'call',
    reboot: 'call',
    poweroff: 'call',
    kill: 'call',
    remove: 'call',
    rename: 'call',
    update: 'call',
    reconcile: 'call',
    addMount: 'call',
    removeMount: 'call',
    addDevice: 'call',
    removeDevice: 'call',
    addPort: 'call',
    removePort: 'call',
    upgrade: 'call',
    rollback: 'call',
    forgetRollback: 'call',
    commit: 'call',
    pause: 'call',
    unpause: 'call',
    wait: 'call',
    list: 'now',
    inspect: 'now',
    statPath: 'call',
    readArchive: 'call',
    writeArchive: 'call',
    export: 'call',
    changes: 'call',
    usage: 'call',
    storedPlan: 'call',
    explain: 'call',
    record: 'call',
    timeline: 'call',
    effects: 'call',
    explainEffect: 'call',
    remount: 'call',
    dropEffect: 'call',
    attach: 'call',
    console: 'call',
    resizeConsole: 'call',
    connect: 'call',
    logs: 'stream',
    services: 'call',
    controlService: 'call',
    resize: 'call',
    top: 'call',
    stats: 'stream',
    prune: 'call',
  },
  events: { emit: 'now', subscribe: 'stream' },
  execs: { create: 'call', start: 'call', resize: 'call', kill: 'call', inspect: 'now' },
  extensions: {
    verbs: 'now',
    runVerb: 'call',
    callRoute: 'call',
    pages: 'now',
    renderPage: 'call',
    doctor: 'call',
    metrics: 'call',
  },
  files: { look: 'call', readText: 'call', list: 'call' },
  images: {
    get: 'call',
    list: 'call',
    pull: 'call',
    push: 'call',
    authenticate: 'call',
    remoteTags: 'call',
    remote: 'call',
    search: 'call',
    tag: 'call',
    remove: 'call',
    load: 'call',
    import: 'call',
    save: 'call',
    history: 'call',
    bootstrap: 'call',
    prune: 'call',
  },
  log: { debug: 'local', info: 'local', warn: 'local', error: 'local' },
  plugins: {
    list: 'now',
    validate: 'call',
    reload: 'call',
    logs: 'stream',
    graph: 'now',
    disable: 'call',
    enable: 'call',
    install: 'call',
    installArtifact: 'call',
    rollback: 'call',
    remove: 'call',
    shadows: 'now',
    promote: 'call',
    demote: 'call',
  },
  snapshots: {
    create: 'call',
    list: 'now',
    restore: 'call',
    remove: 'call',
    schedule: 'call',
    unschedule: 'call',
    diff: 'call',
  },
  system: {
    info: 'call',
    version: 'call',
    ops: 'now',
    networks: 'now',
    peerOf: 'local',
    forCaller: 'call',
    collectEffects: 'call',
    runtimes: 'call',
    profiles: 'now',
    richModes: 'now',
  },
  volumes: { create: 'call', list: 'call', inspect: 'call', remove: 'call', prune: 'call' },
} satisfies {
  // `host` has no methods: it is data.
  [Name in Exclude<keyof Services, 'host'>]: Record<keyof Services[Name], MethodKind>;
};

export type CallableService = keyof typeof serviceMethods;

/** The methods of a service, each with its kind. */
export function methodsOf(service: string): readonly (readonly [name: string, kind: MethodKind])[] {
  return Object.hasOwn(serviceMethods, service)
    ? Object.entries(serviceMethods[service as CallableService])
    : [];
}
