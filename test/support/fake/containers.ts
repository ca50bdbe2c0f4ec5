import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  PouchError,
  type ContainerRecord,
  type ContainerRequest,
  type Containers,
  type Engine,
  type LogEntry,
  type NetworkAttachment,
  type PathStat,
  type CheckedPlan,
  type TimelineTap,
} from '../../../hooks/index.ts';
import { fakeDraft } from './draft.ts';
import { FakeProcess } from './FakeProcess.ts';

interface FakeContainer {
  record: ContainerRecord;
  process: FakeProcess;
  exits: number;
  removed: boolean;
}

export interface FakeContainers extends Containers {
  find(ref: string): FakeContainer;
  requests: ContainerRequest[];
}

/** The only file of a container. */
function pathStat(path: string): PathStat {
  if (path !== '/file') throw new PouchError('PCH_FILE_NOT_FOUND', `Could not find the file ${path}`);
  return { name: 'file', size: 1024, mode: 0o644, mtime: '2026-01-01T00:00:00Z', linkTarget: '' };
}

const newId = (): string => randomBytes(32).toString('hex');
const now = (): string => new Date().toISOString().replace('Z', '123456Z');
let lastPort = 32768;

export function fakeContainers(engine: () => Engine): FakeContainers {
  const all = new Map<string, FakeContainer>();
  const requests: ContainerRequest[] = [];
  const watchers = new Set<() => void>();
  const changed = (): void => [...watchers].forEach((check) => check());

  const find = (ref: string): FakeContainer => {
    const list = [...all.values()];
    const found =
      list.find(({ record }) => record.id === ref || record.name === ref) ??
      list.find(({ record }) => ref.length >= 4 && record.id.startsWith(ref));
    if (!found)
      throw new PouchError('PCH_CONTAINER_NOT_FOUND', `no container "${ref}"`, {
        hint: 'pouch ps -a lists them',
      });
    return found;
  };

  const emit = (container: FakeContainer, action: string, more: Record<string, string> = {}): void => {
    const { id, name, request } = container.record;
    engine().events.emit({
      type: 'container',
      action,
      id,
      attributes: { name, image: request.image, ...more },
    });
  };

  const isRunning = ({ record }: FakeContainer): boolean =>
    ['running', 'paused'].includes(record.state.status);

  const ended = (container: FakeContainer, code: number): void => {
    const { state } = container.record;
    Object.assign(state, { status: 'exited', pid: 0, exitCode: code, finishedAt: now() });
    container.record.attachments = {};
    container.exits++;
    emit(container, 'die', { exitCode: String(code) });
    changed();
    if (container.record.draft.autoRemove) drop(container);
  };

  const drop = (container: FakeContainer): void => {
    all.delete(container.record.id);
    container.removed = true;
    emit(container, 'destroy');
    changed();
  };

  const stopped = async (container: FakeContainer, signal: string): Promise<void> => {
    if (!isRunning(container)) return;
    const exits = container.exits;
    container.process.kill(signal);
    await until(() => container.exits > exits);
  };

  /** A start that fails is an end, too: clients with --rm wait for the removal. */
  const started = (container: FakeContainer, args: string[]): Promise<number> => {
    try {
      return container.process.start(args, container.record.draft.process.env);
    } catch (error) {
      container.record.state.error = String(error);
      ended(container, container.process.exitCode ?? 128);
      throw error;
    }
  };

  const until = (holds: () => boolean, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds() && !signal?.aborted) return;
        watchers.delete(check);
        resolve();
      };
      watchers.add(check);
      signal?.addEventListener('abort', check, { once: true });
      check();
    });

  const mustRun = (container: FakeContainer): void => {
    if (!isRunning(container))
      throw new PouchError('PCH_CONTAINER_NOT_RUNNING', `container ${container.record.name} is not running`, {
        container: container.record.id,
      });
  };

  const plan = async (request: ContainerRequest): Promise<CheckedPlan> => {
    const id = newId();
    const image = await engine().images.get(request.image);
    const draft = fakeDraft(id, request.name ?? `fake_${id.slice(0, 6)}`, request, image);
    const spec = {
      ociVersion: '1.1.0',
      process: { user: { uid: 0, gid: 0 }, args: draft.process.command, env: [], cwd: '/' },
      root: { path: 'rootfs' },
      mounts: [],
      linux: { namespaces: [] },
    };
    const blame = [
      {
        field: 'hostname',
        plugin: 'request',
        hook: 'container.preCreate',
        action: 'set' as const,
        after: draft.hostname,
        ms: 1,
      },
    ];
    return { draft, spec, plainSpec: spec, effects: [], blame, degraded: [], warnings: [], findings: [] };
  };

  return {
    find,
    requests,
    plan,
    complete: (request) => request,
    async create(request) {
      requests.push(request);
      const { draft } = await plan(request);
      if ([...all.values()].some(({ record }) => record.name === draft.name))
        throw new PouchError('PCH_NAME_IN_USE', `the container name "${draft.name}" is in use`, {
          hint: 'remove or rename it',
        });
      const { id, name } = draft;
      const directory = `/fake/containers/${id}`;
      const record: ContainerRecord = {
        id,
        name,
        createdAt: now(),
        request,
        draft,
        state: {
          status: 'created',
          pid: 0,
          exitCode: 0,
          oomKilled: false,
          error: '',
          startedAt: '',
          finishedAt: '',
        },
        restartCount: 0,
        stoppedByUser: false,
        degraded: [],
        warnings: [],
        attachments: {},
        paths: {
          directory,
          log: `${directory}/log.json`,
          hosts: `${directory}/hosts`,
          hostname: `${directory}/hostname`,
          resolvConf: `${directory}/resolv.conf`,
        },
      };
      const process = new FakeProcess({ tty: draft.process.tty, openStdin: draft.process.openStdin });
      const container = { record, process, exits: 0, removed: false };
      all.set(id, container);
      emit(container, 'create');
      return { id, warnings: [] };
    },
    async run(request, streams) {
      const made = await this.create(request);
      const attachment = streams && (await this.attach(made.id, streams));
      const started = this.start(made.id);
      started.catch(() => undefined);
      return { ...made, attachment, started };
    },
    async start(ref) {
      const container = find(ref);
      if (isRunning(container)) throw new PouchError('PCH_CONTAINER_RUNNING', 'it runs already');
      const { draft } = container.record;
      const exit = started(container, [...draft.process.entrypoint, ...draft.process.command]);
      Object.assign(container.record.state, {
        status: 'running',
        pid: container.process.pid,
        startedAt: now(),
        exitCode: 0,
      });
      container.record.attachments = { 'network.eth0': attachment(container.record) };
      emit(container, 'start');
      changed();
      void exit.then((code) => ended(container, code));
    },
    async stop(ref) {
      const container = find(ref);
      if (!isRunning(container)) return false;
      container.record.stoppedByUser = true;
      await stopped(container, 'SIGTERM');
      emit(container, 'stop');
      return true;
    },
    async restart(ref) {
      await stopped(find(ref), 'SIGTERM');
      await this.start(ref);
    },
    async reboot(ref) {
      await this.services(ref);
      await this.restart(ref);
    },
    async poweroff(ref) {
      await this.services(ref);
      await this.stop(ref);
    },
    async kill(ref, signal = 'SIGKILL') {
      const container = find(ref);
      mustRun(container);
      emit(container, 'kill', { signal });
      await stopped(container, signal);
    },
    async remove(ref, options = {}) {
      const container = find(ref);
      if (isRunning(container) && !options.force)
        throw new PouchError('PCH_CONTAINER_RUNNING', `container ${container.record.name} is running`, {
          hint: 'stop it, or use --force',
        });
      await stopped(container, 'SIGKILL');
      if (!container.removed) drop(container);
    },
    async rename(ref, name) {
      find(ref).record.name = name;
    },
    async addMount(ref, volume) {
      const { record } = find(ref);
      record.request.volumes = [...(record.request.volumes ?? []), volume];
      return { warnings: [] };
    },
    async removeMount(ref, destination) {
      const { request } = find(ref).record;
      request.volumes = request.volumes?.filter((volume) => volume.destination !== destination) ?? [];
    },
    async addDevice(ref, device) {
      const { record } = find(ref);
      record.request.devices = [...(record.request.devices ?? []), device];
      return { warnings: [] };
    },
    async removeDevice(ref, path) {
      const { request } = find(ref).record;
      request.devices = request.devices?.filter((device) => (device.path ?? device.host) !== path) ?? [];
    },
    async addPort(ref, port) {
      const { record } = find(ref);
      const { mode = '', ports = [] } = record.request.network ?? {};
      record.request.network = { ...record.request.network, mode, ports: [...ports, port] };
      return { warnings: [] };
    },
    async removePort(ref, { hostPort }) {
      const { network } = find(ref).record.request;
      if (network) network.ports = network.ports?.filter((port) => port.hostPort !== hostPort) ?? [];
    },
    async reconcile(ref) {
      const { id, name } = find(ref).record;
      return { container: id, name, outcome: 'sound', changes: [], degraded: [], restarted: false };
    },
    outdated: async () => [],
    planBasis: () => '',
    async upgrade(ref, { image, dryRun = false, keep = [] }) {
      const { id, name, draft } = find(ref).record;
      const from = { reference: draft.image.reference, id: draft.image.id };
      const outcome = dryRun ? 'planned' : 'upgraded';
      return {
        container: id,
        name,
        outcome,
        from,
        to: { ...from, reference: image },
        changes: [],
        kept: keep,
        restarted: false,
      };
    },
    async rollback(ref) {
      throw nothingToRollBackTo(find(ref).record.name);
    },
    async forgetRollback(ref) {
      throw nothingToRollBackTo(find(ref).record.name);
    },
    async update(ref, { resources, restart }) {
      const { record } = find(ref);
      Object.assign(record.request, { resources: { ...record.request.resources, ...resources } });
      if (restart) record.draft.restart = restart;
      emit(find(ref), 'update');
      return { warnings: [] };
    },
    async commit(ref) {
      return find(ref).record.draft.image.id;
    },
    async pause(ref) {
      mustRun(find(ref));
      find(ref).record.state.status = 'paused';
    },
    async unpause(ref) {
      find(ref).record.state.status = 'running';
    },
    async wait(ref, condition, signal) {
      const container = find(ref);
      const exits = container.exits;
      const met = {
        'not-running': () => !isRunning(container) && container.record.state.status !== 'created',
        'next-exit': () => container.exits > exits,
        removed: () => container.removed,
        ready: () => container.record.state.readiness?.state !== 'starting',
        healthy: () => container.record.state.health?.status !== 'starting',
      };
      await until(met[condition], signal);
      return { exitCode: container.record.state.exitCode };
    },
    list({ all: stoppedToo = false, limit, filters = {} } = {}) {
      const records = [...all.values()]
        .filter((container) => stoppedToo || limit !== undefined || filters['status'] || isRunning(container))
        .map(({ record }) => record)
        .filter(({ state }) => !filters['status'] || filters['status'].includes(state.status))
        .filter(({ name }) => !filters['name'] || filters['name'].some((part) => name.includes(part)))
        .reverse();
      return records.slice(0, limit);
    },
    inspect: (ref) => find(ref).record,
    async statPath(ref, path) {
      find(ref);
      return pathStat(path);
    },
    async readArchive(ref, path) {
      find(ref);
      return { stat: pathStat(path), body: Readable.from([Buffer.alloc(1024)]) };
    },
    async sendArchive(ref, path, { begin }) {
      find(ref);
      await begin(pathStat(path ?? '/'));
    },
    async writeArchive(ref, tar) {
      find(ref);
      await buffer(tar);
    },
    async changes(ref) {
      find(ref);
      return [{ path: '/etc', kind: 'changed' }];
    },
    async export(ref) {
      find(ref);
      return Readable.from([Buffer.alloc(1024)]);
    },
    async usage() {
      return { writable: 10, total: 2_000_010 };
    },
    async storedPlan(ref) {
      const { draft: _draft, findings: _findings, ...stored } = await plan(find(ref).record.request);
      return stored;
    },
    async explain(ref, field) {
      const { blame } = await plan(find(ref).record.request);
      return blame.filter((entry) => field === undefined || entry.field.startsWith(field));
    },
    async record(ref) {
      const { id, name } = find(ref).record;
      return { recording: 1, container: { id, name } };
    },
    async timeline(ref) {
      const { createdAt } = find(ref).record;
      return [{ verb: 'create', at: createdAt, ms: 20, taps: [fakeTap] }];
    },
    async effects(ref) {
      find(ref);
      const home = { key: 'home', kind: 'mount', plugin: 'nfs-home', sentence: 'mount /home/ann' };
      return [{ ...home, stage: 'start', state: 'applied' }];
    },
    async explainEffect(ref, key) {
      const found = (await this.effects(ref)).find((effect) => effect.key === key);
      if (!found) throw new PouchError('PCH_EFFECT_NOT_FOUND', `${ref} has no effect ${key}`);
      const { createdAt: since } = find(ref).record;
      return { ...found, args: { target: '/home/ann' }, needs: [], blame: [], since };
    },
    async remount(ref) {
      mustRun(find(ref));
    },
    async dropEffect(ref, key) {
      const dropped = (await this.effects(ref)).find((effect) => effect.key === key);
      if (!dropped) throw new PouchError('PCH_EFFECT_NOT_FOUND', `${ref} has no effect ${key}`);
      return dropped;
    },
    connect: () => Promise.reject(new PouchError('PCH_CONNECT_FAILED', 'nothing listens')),
    async attach(ref, options) {
      const { process } = find(ref);
      return process.attach(options);
    },
    async *logs(ref, query, signal) {
      const container = find(ref);
      const wanted = (entry: LogEntry): boolean => query[entry.stream];
      const past = container.process.log.filter(wanted);
      const follows = query.follow && isRunning(container);
      const live = container.process.attach({
        stdin: false,
        stdout: query.stdout,
        stderr: query.stderr,
        logs: false,
      });
      signal?.addEventListener('abort', live.detach, { once: true });
      if (!follows) live.detach();
      yield* query.tail === undefined ? past : past.slice(Math.max(0, past.length - query.tail));
      if (follows) for await (const chunk of live.output) yield { ...chunk, time: now() };
    },
    async services(ref, name) {
      const { record } = find(ref);
      if (!record.draft.rich.enabled) throw new PouchError('PCH_INIT_CANNOT', `${record.name} has no init`);
      if (name === 'nosuch') throw new PouchError('PCH_UNIT_NOT_FOUND', `${record.name} has no ${name}`);
      const pid = 7;
      return [{ name: name ?? 'cron', state: 'running', enabled: 'enabled', pid, description: 'Cron' }];
    },
    async controlService(ref, name) {
      await this.services(ref, name);
    },
    async console(ref) {
      await this.services(ref);
      return await this.attach(ref, { stdin: true, stdout: true, stderr: true, logs: true });
    },
    async resizeConsole(ref, size) {
      await this.services(ref);
      await this.resize(ref, size);
    },
    async resize(ref, size) {
      const container = find(ref);
      mustRun(container);
      container.process.size = size;
    },
    async top(ref) {
      const container = find(ref);
      mustRun(container);
      return [{ pid: container.process.pid, command: container.record.draft.process.command.join(' ') }];
    },
    async *stats(ref) {
      const { id, name } = find(ref).record;
      yield { id, name };
    },
    async prune() {
      const gone = [...all.values()].filter((container) => !isRunning(container));
      gone.forEach(drop);
      return gone.map(({ record }) => record.id);
    },
  };
}

const fakeTap: TimelineTap = {
  hook: 'container.preCreate',
  plugin: 'corp',
  tap: 'corp',
  offsetMs: 5,
  ms: 10,
  attempts: 1,
  outcome: 'ok',
  log: [{ level: 'info', message: 'the proxy is set', fields: { host: 'proxy.example' } }],
  logLeftOut: 0,
  changes: ['process.env.HTTP_PROXY'],
  changesLeftOut: 0,
};

function attachment(record: ContainerRecord): NetworkAttachment {
  const ports = (record.request.network?.ports ?? []).map(
    ({ containerPort, protocol, hostIp, hostPort }) => ({
      containerPort,
      protocol,
      hostIp: hostIp ?? '0.0.0.0',
      hostPort: hostPort || ++lastPort,
    }),
  );
  return {
    network: 'bridge',
    interface: 'eth0',
    mac: '02:42:ac:11:00:02',
    ip: '172.29.0.2',
    prefixLength: 16,
    gateway: '172.29.0.1',
    ports,
  };
}

function nothingToRollBackTo(name: string): PouchError {
  return new PouchError('PCH_ROLLBACK_NOT_FOUND', `${name} has nothing to roll back to`);
}
