import type { Readable } from 'node:stream';
import { ClientError } from './errors.ts';
import { filtersQuery } from './query.ts';
import type { Filters } from './query.ts';
import type { Hijacked, Transport } from './Transport.ts';
import type {
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspect,
  ContainersPruneResponse,
  ContainerSummary,
  ContainerTopResponse,
  ContainerUpdateRequest,
  ContainerUpdateResponse,
  ContainerWaitResponse,
  DeviceAddRequest,
  MountAddRequest,
  PortAddRequest,
  ChangeWarnings,
  ReconciliationWire,
  RollbackWire,
  StatsResponse,
  UpgradeRequest,
  UpgradeWire,
} from './wire.ts';

/** How a container is stopped. */
export interface StopOptions {
  /** Seconds to wait before SIGKILL. Undefined: the container's stop timeout; -1: no limit. */
  timeoutSeconds?: number;
  signal?: string;
}

/** Which part of a container's log to read. */
export interface LogOptions {
  stdout?: boolean;
  stderr?: boolean;
  follow?: boolean;
  timestamps?: boolean;
  details?: boolean;
  /** What this service of a rich container has logged, instead of what the container has written. */
  unit?: string;
  /** Unix seconds, optionally with a fraction. */
  since?: string;
  until?: string;
  /** A number, or `all`. */
  tail?: string;
}

/** Which streams of a container to connect to. */
export interface AttachStreams {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  /** Also sends earlier output, first. */
  logs?: boolean;
  detachKeys?: string;
}

/** Calls on containers. `ref` is a name, an id, or a unique prefix of an id. */
export class ContainerCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a container; `start` starts it. */
  create(body: ContainerCreateRequest, query: { name?: string; platform?: string } = {}) {
    return this.#transport.json<ContainerCreateResponse>('POST', '/containers/create', { body, query });
  }

  /** Starts a container, from a checkpoint if one is named. */
  async start(
    ref: string,
    { signal, ...query }: { detachKeys?: string; checkpoint?: string; signal?: AbortSignal } = {},
  ): Promise<void> {
    const options = { query, ...(signal && { signal }) };
    await this.#transport.json('POST', containerPath(ref, 'start'), options);
  }

  /** Stops a container: its stop signal, then SIGKILL. One that does not run is left as it is. */
  async stop(ref: string, options: StopOptions = {}): Promise<void> {
    await this.#post(ref, 'stop', { t: options.timeoutSeconds, signal: options.signal });
  }

  /** Stops a container, if it runs, and starts it. */
  async restart(ref: string, options: StopOptions = {}): Promise<void> {
    await this.#post(ref, 'restart', { t: options.timeoutSeconds, signal: options.signal });
  }

  /**
   * Has the init of a rich container reboot, and starts it again. Only pouchd has it, as `poweroff`.
   * @param timeoutSeconds - of the end: before it is killed; by default the container's stop timeout
   */
  async reboot(ref: string, { timeoutSeconds }: { timeoutSeconds?: number } = {}): Promise<void> {
    const query = { t: timeoutSeconds };
    await this.#transport.json('POST', `/pouch${containerPath(ref, 'reboot')}`, { query });
  }

  /** Has the init of a rich container power off: it stays off, whatever its restart policy. */
  async poweroff(ref: string, { timeoutSeconds }: { timeoutSeconds?: number } = {}): Promise<void> {
    const query = { t: timeoutSeconds };
    await this.#transport.json('POST', `/pouch${containerPath(ref, 'poweroff')}`, { query });
  }

  /** Sends a signal, SIGKILL by default. */
  async kill(ref: string, signal?: string): Promise<void> {
    await this.#post(ref, 'kill', { signal });
  }

  /** Gives a container another name. */
  async rename(ref: string, name: string): Promise<void> {
    await this.#post(ref, 'rename', { name });
  }

  /** Changes limits and the restart policy. */
  update(ref: string, body: ContainerUpdateRequest): Promise<ContainerUpdateResponse> {
    return this.#transport.json('POST', containerPath(ref, 'update'), { body });
  }

  /**
   * Plans it again, if it was planned without a plugin or `always` is set, and applies what the new plan changes.
   */
  reconcile(
    ref: string,
    query: { dryRun?: boolean; restart?: boolean; always?: boolean } = {},
  ): Promise<ReconciliationWire> {
    return this.#transport.json('POST', `/pouch${containerPath(ref, 'reconcile')}`, { query });
  }

  /** Mounts a path of the host or a volume, also in a container that runs. Only pouchd has it, as `removeMount`. */
  addMount(ref: string, body: MountAddRequest): Promise<ChangeWarnings> {
    return this.#transport.json('POST', `/pouch${containerPath(ref, 'mounts')}`, { body });
  }

  /** Takes a mount away that the container was given; its data stays. */
  async removeMount(ref: string, query: { destination: string; force?: boolean }): Promise<void> {
    await this.#transport.json('DELETE', `/pouch${containerPath(ref, 'mounts')}`, { query });
  }

  /** Gives a container a device of the host, also one that runs. Only pouchd has it, as `removeDevice`. */
  addDevice(ref: string, body: DeviceAddRequest): Promise<ChangeWarnings> {
    return this.#transport.json('POST', `/pouch${containerPath(ref, 'devices')}`, { body });
  }

  /** Takes a device away that the container was given, by its path in it. */
  async removeDevice(ref: string, path: string): Promise<void> {
    await this.#transport.json('DELETE', `/pouch${containerPath(ref, 'devices')}`, { query: { path } });
  }

  /** Publishes a port, also of a container that runs. Only pouchd has it, as `removePort`. */
  addPort(ref: string, body: PortAddRequest): Promise<ChangeWarnings> {
    return this.#transport.json('POST', `/pouch${containerPath(ref, 'ports')}`, { body });
  }

  /** Publishes a port no longer. @param query `port`: `80/tcp` */
  async removePort(ref: string, query: { port: string; hostPort: string; hostIp?: string }): Promise<void> {
    await this.#transport.json('DELETE', `/pouch${containerPath(ref, 'ports')}`, { query });
  }

  /**
   * Gives a container another image, and waits until it is healthy; otherwise it has its old image again, and this
   * throws PCH_UPGRADE_UNHEALTHY.
   */
  upgrade(ref: string, body: UpgradeRequest, query: { dryRun?: boolean } = {}): Promise<UpgradeWire> {
    return this.#transport.json('POST', `/pouch${containerPath(ref, 'upgrade')}`, { body, query });
  }

  /** Returns a container to what it was before its upgrade. */
  rollback(ref: string): Promise<RollbackWire> {
    return this.#transport.json('POST', `/pouch${containerPath(ref, 'rollback')}`);
  }

  /** Removes what `rollback` would return to. */
  async forgetRollback(ref: string): Promise<void> {
    await this.#transport.json('DELETE', `/pouch${containerPath(ref, 'rollback')}`);
  }

  /** Freezes all processes of a container. */
  async pause(ref: string): Promise<void> {
    await this.#post(ref, 'pause');
  }

  /** Resumes a paused container. */
  async unpause(ref: string): Promise<void> {
    await this.#post(ref, 'unpause');
  }

  /** Sets the size of a container's terminal, in characters. */
  async resize(ref: string, size: { height: number; width: number }): Promise<void> {
    await this.#post(ref, 'resize', { h: size.height, w: size.width });
  }

  /** Removes a container; with `force`, one that runs too. */
  async remove(
    ref: string,
    options: { force?: boolean; volumes?: boolean; link?: boolean } = {},
  ): Promise<void> {
    const query = { force: options.force, v: options.volumes, link: options.link };
    await this.#transport.json('DELETE', containerPath(ref), { query });
  }

  /** Containers, by default those that run. */
  list(options: { all?: boolean; limit?: number; size?: boolean; filters?: Filters } = {}) {
    const query = { ...options, filters: filtersQuery(options.filters) };
    return this.#transport.json<ContainerSummary[]>('GET', '/containers/json', { query });
  }

  /** All that pouchd knows of a container; with `size`, its size in bytes too. */
  inspect(ref: string, options: { size?: boolean } = {}): Promise<ContainerInspect> {
    return this.#transport.json('GET', containerPath(ref, 'json'), { query: options });
  }

  /** Processes of a container, with the columns of ps(1). */
  top(ref: string, psArguments?: string): Promise<ContainerTopResponse> {
    return this.#transport.json('GET', containerPath(ref, 'top'), { query: { ps_args: psArguments } });
  }

  /** Returns the current resource usage, measured over one second. */
  stats(ref: string, signal?: AbortSignal): Promise<StatsResponse> {
    const options = { query: { stream: false }, ...(signal && { signal }) };
    return this.#transport.json('GET', containerPath(ref, 'stats'), options);
  }

  /** Yields resource usage once per second until the signal aborts or the container is removed. */
  async *followStats(ref: string, signal?: AbortSignal): AsyncGenerator<StatsResponse> {
    const options = signal ? { signal } : {};
    yield* await this.#transport.lines<StatsResponse>('GET', containerPath(ref, 'stats'), options);
  }

  /** Removes the containers that do not run. */
  prune(filters?: Filters): Promise<ContainersPruneResponse> {
    return this.#transport.json('POST', '/containers/prune', { query: { filters: filtersQuery(filters) } });
  }

  /**
   * Waits for an exit, or for the end of the boot of a rich container (`ready`). Resolves once the server has
   * registered the wait, so that an exit after a later start is not missed.
   * @returns a function that resolves to the exit code, for `ready` 0 if all is up and 1 if not; it throws
   * PCH_DAEMON_LOST if the daemon stops first
   */
  async wait(
    ref: string,
    condition: 'not-running' | 'next-exit' | 'removed' | 'ready' | 'healthy',
    signal?: AbortSignal,
  ): Promise<() => Promise<ContainerWaitResponse>> {
    const options = { query: { condition }, ...(signal && { signal }) };
    const response = await this.#transport.open('POST', containerPath(ref, 'wait'), options);
    return async () => {
      const result = await this.#transport.readJson<ContainerWaitResponse | undefined>(response, signal);
      if (result) return result;
      throw new ClientError('PCH_DAEMON_LOST', `the daemon stopped while waiting for container ${ref}`, {
        hint: 'containers keep running without the daemon; wait again when it is back',
      });
    };
  }

  /** Returns the log: frames ({@link Demultiplexer}) for a container without a tty, raw bytes with one. */
  logs(ref: string, options: LogOptions, signal?: AbortSignal): Promise<Readable> {
    const query = { ...options };
    return this.#transport.bytes('GET', containerPath(ref, 'logs'), { query, ...(signal && { signal }) });
  }

  /** Attaches to the container's streams: frames without a tty, raw bytes with one. Ending the socket closes stdin. */
  attach(ref: string, streams: AttachStreams): Promise<Hijacked> {
    const query = { stream: true, ...streams };
    return this.#transport.hijack('POST', containerPath(ref, 'attach'), { query });
  }

  /**
   * Connects to the console of a rich container: raw bytes of a terminal, what was printed last first. Only pouchd has
   * it, as `resizeConsole`.
   */
  console(ref: string, options: { detachKeys?: string } = {}): Promise<Hijacked> {
    return this.#transport.hijack('POST', `/pouch${containerPath(ref, 'console')}`, {
      query: { ...options },
    });
  }

  /** Sets the size of the console, in characters. All of its clients share it. */
  async resizeConsole(ref: string, { height, width }: { height: number; width: number }): Promise<void> {
    const query = { h: height, w: width };
    await this.#transport.json('POST', `/pouch${containerPath(ref, 'console/resize')}`, { query });
  }

  async #post(ref: string, verb: string, query: Record<string, string | number | undefined> = {}) {
    await this.#transport.json('POST', containerPath(ref, verb), { query });
  }
}

/** `/containers/REF[/verb]`. */
export function containerPath(ref: string, verb?: string): string {
  const path = `/containers/${encodeURIComponent(ref)}`;
  return verb === undefined ? path : `${path}/${verb}`;
}
