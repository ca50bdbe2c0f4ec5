/** An Engine in memory: containers run small programs of their own (see fake/program.ts), nothing touches the host. */
import { randomBytes } from 'node:crypto';
import {
  PouchError,
  type Attachment,
  type Engine,
  type ExecRecord,
  type Execs,
  type Extensions,
  type OutputChunk,
  type Plugins,
  type System,
  type Volume,
  type Volumes,
} from '../../hooks/index.ts';
import { fakeBuilds } from './fake/builds.ts';
import { fakeCheckpoints } from './fake/checkpoints.ts';
import { fakeContainers, type FakeContainers } from './fake/containers.ts';
import { fakeEvents } from './fake/events.ts';
import { fakeImages } from './fake/images.ts';
import { fakeNetworks } from './fake/networks.ts';
import { fakeSnapshots } from './fake/snapshots.ts';
import { FakeProcess } from './fake/FakeProcess.ts';

export interface FakeEngine extends Engine {
  containers: FakeContainers;
  images: ReturnType<typeof fakeImages>;
  builds: ReturnType<typeof fakeBuilds>;
  /** Processes of exec instances start when it resolves. */
  execStarts: Promise<void>;
}

export function fakeEngine(): FakeEngine {
  const events = fakeEvents();
  const engine: FakeEngine = {
    events,
    images: fakeImages((event) => events.emit(event)),
    containers: fakeContainers(() => engine),
    builds: fakeBuilds(() => engine),
    checkpoints: fakeCheckpoints(() => engine.containers),
    snapshots: fakeSnapshots(() => engine.containers),
    execStarts: Promise.resolve(),
    execs: fakeExecs(() => engine),
    volumes: fakeVolumes(),
    networks: fakeNetworks(),
    extensions: fakeExtensions(),
    plugins: fakePlugins(),
    system: fakeSystem(() => engine),
  };
  return engine;
}

function fakeExtensions(): Extensions {
  return {
    verbs: () => [],
    runVerb: async (name) => {
      throw new PouchError('PCH_NOT_FOUND', `no plugin has the verb ${name}`);
    },
    callRoute: async (plugin) => {
      throw new PouchError('PCH_PATH_NOT_FOUND', `no plugin ${plugin}`);
    },
    pages: () => [],
    renderPage: async (plugin, name) => {
      throw new PouchError('PCH_NOT_FOUND', `plugin ${plugin} has no page ${name}`);
    },
    doctor: () => Promise.resolve([]),
    metrics: () => Promise.resolve(''),
  };
}

function fakeExecs(engine: () => FakeEngine): Execs {
  const execs = new Map<string, { record: ExecRecord; process: FakeProcess; env: Record<string, string> }>();
  const find = (id: string) => {
    const exec = execs.get(id);
    if (!exec) throw new PouchError('PCH_EXEC_NOT_FOUND', `no exec "${id}"`);
    return exec;
  };
  return {
    async create(ref, request) {
      const { record } = engine().containers.find(ref);
      if (record.state.status !== 'running')
        throw new PouchError('PCH_CONTAINER_NOT_RUNNING', `container ${record.name} is not running`);
      const id = randomBytes(32).toString('hex');
      const process = new FakeProcess({ tty: request.tty ?? false, openStdin: request.stdin ?? false });
      const env = { ...record.draft.process.env, ...request.env };
      execs.set(id, { record: { id, container: record.id, request, running: false, pid: 0 }, process, env });
      return id;
    },
    async start(id, { detached, consoleSize }) {
      const { record, process, env } = find(id);
      const { stdin = false, stdout = false, stderr = false } = record.request;
      if (consoleSize) process.size = consoleSize;
      const attachment = process.attach({ stdin, stdout, stderr, logs: false });
      const started = engine().execStarts.then(() => {
        try {
          void process
            .start(record.request.args, env)
            .then((code) => Object.assign(record, { running: false, exitCode: code, pid: 0 }));
        } catch (error) {
          record.exitCode = process.exitCode;
          throw error;
        }
        Object.assign(record, { running: true, pid: process.pid });
      });
      started.catch(() => undefined);
      if (!detached) return { attachment: { ...attachment, output: outputOf(attachment, started) }, started };
      await started;
      return undefined;
    },
    async resize(id, size) {
      find(id).process.size = size;
    },
    async kill(id) {
      find(id);
    },
    inspect: (id) => find(id).record,
  };
}

async function* outputOf({ output }: Attachment, started: Promise<void>): AsyncGenerator<OutputChunk> {
  await started;
  yield* output;
}

function fakeVolumes(): Volumes {
  const volumes = new Map<string, Volume>();
  const find = (name: string): Volume => {
    const volume = volumes.get(name);
    if (!volume) throw new PouchError('PCH_VOLUME_NOT_FOUND', `no volume "${name}"`);
    return volume;
  };
  return {
    async create(options) {
      const { name = randomBytes(32).toString('hex'), labels = {} } = options;
      const volume = {
        name,
        anonymous: options.name === undefined,
        mountpoint: `/fake/volumes/${name}/_data`,
        createdAt: new Date().toISOString(),
        labels,
        driver: options.driver ?? 'local',
        options: options.options ?? {},
      };
      volumes.set(name, volume);
      return volume;
    },
    list: () => Promise.resolve([...volumes.values()]),
    inspect: async (name) => find(name),
    async setLabels(name, labels) {
      const all = Object.entries({ ...find(name).labels, ...labels });
      const kept = all.filter((entry): entry is [string, string] => entry[1] !== undefined);
      volumes.set(name, { ...find(name), labels: Object.fromEntries(kept) });
    },
    async remove(name, options) {
      if (!options?.force) find(name);
      volumes.delete(name);
    },
    async usage(name) {
      find(name);
      return 4096;
    },
    async prune({ all = false } = {}) {
      const leaving = [...volumes.values()].filter(({ anonymous }) => all || anonymous);
      for (const { name } of leaving) volumes.delete(name);
      return { removed: leaving.map(({ name }) => name), reclaimed: 4096 * leaving.length };
    },
  };
}

function fakePlugins(): Plugins {
  return {
    list: () => [],
    graph: () => [],
    install: async (_archive, { name = 'fake' }) => ({ name, digest: 'sha256:0', plugins: [] }),
    installArtifact: (reference) => Promise.resolve({ name: reference, digest: '', plugins: [] }),
    rollback: async (name) => ({ name, digest: 'sha256:0', plugins: [] }),
    remove: async (name) => ({ plugins: [{ name, change: 'removed' }], warnings: [] }),
    disable: async (name) => ({ plugins: [{ name, change: 'disabled' }], warnings: [] }),
    enable: async (name) => ({ plugins: [{ name, change: 'enabled' }], warnings: [] }),
    shadows: () => [],
    promote: async (name) => ({ plugins: [{ name, change: 'updated' }], warnings: [], advice: [] }),
    demote: async (name) => ({ plugins: [{ name, change: 'updated' }], warnings: [], advice: [] }),
    validate: async (path) => ({ name: 'fake', path }),
    reload: async () => ({ generation: 2, plugins: [], settings: [], needRestart: [] }),
    async *logs() {
      yield { time: '2024-01-01T00:00:00Z', level: 'info', text: 'a line' } as const;
    },
  };
}

function fakeSystem(engine: () => FakeEngine): System {
  return {
    async info() {
      const containers = engine().containers.list({ all: true });
      const running = containers.filter(({ state }) => state.status === 'running').length;
      return {
        id: 'fake',
        version: '0.1.0',
        containers: { total: containers.length, running, paused: 0, stopped: containers.length - running },
        images: (await engine().images.list()).length,
        root: '/fake/root',
        state: '/fake/state',
        cgroupParent: '/pouch',
        cgroupDriver: 'cgroupfs',
        cgroupVersion: '1',
        kernel: '6.1.0',
        operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
        architecture: 'x86_64',
        cpus: 2,
        memory: 4 * 1024 ** 3,
        hostname: 'fakehost',
        diskQuota: 'a sparse file',
        runtimes: { runc: { path: '/usr/bin/runc' } },
        defaultRuntime: 'runc',
        volumeDrivers: ['local'],
        logDrivers: ['json-file', 'none'],
        networkDrivers: ['bridge', 'host', 'none'],
        containerd: { version: '1.6.20', address: '/fake/containerd.sock', managed: true },
        plugins: [],
        warnings: [],
        time: new Date().toISOString(),
      };
    },
    async version() {
      return {
        version: '0.1.0',
        commit: 'abcdef0',
        builtAt: '2024-01-01T00:00:00Z',
        containerd: '1.6.20',
        runtimes: { runc: '1.1.5' },
        node: process.version,
        kernel: '6.1.0',
        architecture: 'amd64',
      };
    },
    ops: () => [],
    networks: () => ['bridge', 'host', 'none'].map((name) => ({ name, driver: name })),
    authorization: () => ({ plugins: [], timeout: 1000 }),
    updateSettings: async (changes) => ({
      file: '/etc/pouch/pouchd.yaml',
      plugins: [],
      settings: Object.keys(changes),
      needRestart: [],
    }),
    peerOf: () => ({ pid: 1, uid: 0, gid: 0 }),
    forCaller: (_signal, work) => work(),
    runtimes: async () => [],
    collectEffects: async () => [],
    profiles: () => [],
    richModes: () => [],
  };
}
