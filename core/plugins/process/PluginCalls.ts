import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import {
  type Contributed,
  type HostedModule,
  type ProcessCall,
  type ProcessMessage,
  processProtocol,
  type ProcessReply,
  type ProcessRequest,
  type SetupRequest,
} from '../../../hooks/processProtocol.ts';
import { version } from '../../version.ts';
import { Backoff } from '../../wait/Backoff.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import { FileSafety } from '../../../hooks/FileSafety.ts';
import { lateBy } from '../load/within.ts';
import { errorForm, errorOf } from './errorForm.ts';
import type { LaunchSettings } from './launch.ts';
import {
  type CallOptions,
  graceMs,
  hung,
  type Methods,
  type NewRequest,
  type OpenCall,
  openCall,
} from './openCall.ts';
import { MetricReports, type ReportedMetric } from './MetricReports.ts';
import { PluginProcess, processError } from './PluginProcess.ts';
import { protocolError } from './readMessage.ts';
import { Values } from './Values.ts';

export interface CallSettings extends LaunchSettings {
  /** What the program that hosts a module loads. */
  readonly module?: HostedModule | undefined;
  /** Milliseconds for a `describe`, a `setup` and a `dispose`. */
  readonly timeoutMs: number;
}

/** How a process is set up, and what it contributes. */
interface Setup {
  readonly request: NewRequest;
  readonly contributions: Contributed;
}

/** One process, and what it and pouchd have of each other. */
interface Running {
  readonly process: PluginProcess;
  readonly values: Values;
  /** Once it is set up, or cannot be. Undefined for the first process, which its caller sets up. */
  introduced?: Promise<void>;
}

/** Milliseconds before a process that has ended is started again; they double up to the last value. */
const [firstPauseMs, longestPauseMs] = [100, 30_000];

const never = new AbortController().signal;

/**
 * Requests to one plugin, by one process that serves several at a time. A process that has ended is started again: that
 * of a module by itself, that of an executable by the next request. One that misses a deadline is killed. If it ends,
 * by that or by itself, while it owes a reply to a cancelled request, its other requests are sent to its successor, as
 * taps may run twice.
 */
export class PluginCalls {
  readonly #settings: CallSettings;
  #log: Logger;
  readonly #backoff = new Backoff(firstPauseMs, longestPauseMs);
  readonly #open = new Map<number, OpenCall>();
  readonly #outside: OpenCall['within'] = AsyncLocalStorage.snapshot();
  #running: Running | undefined;
  #services: Methods = {};
  /** How each process is set up. */
  #setup: Setup | undefined;
  #metrics: MetricReports | undefined;
  #lastId = 0;
  /** When the next start is due, by performance.now(). */
  #nextStart = 0;
  #lastEnd: PouchError | undefined;
  #isClosed = false;

  constructor(settings: CallSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  get isRunning(): boolean {
    return !this.#isClosed && this.#running?.process.isRunning === true;
  }

  /** Starts the process, so that the first request need not wait for it. @throws PCH_PLUGIN_UNSAFE */
  start(): void {
    this.#start();
  }

  /** From the setup on the plugin has these, and a log that names it. */
  use(services: Methods, log: Logger): void {
    this.#services = services;
    this.#log = log;
    this.#metrics = new MetricReports(log);
  }

  /** Reports of the plugin change these metrics from now on. */
  openMetrics(metrics: ReadonlyMap<string, ReportedMetric>): void {
    this.#metrics?.open(metrics);
  }

  /** @throws PCH_PLUGIN_PROCESS, PCH_PLUGIN_PROTOCOL, or the reason of the signal */
  async call(request: NewRequest, options: CallOptions): Promise<ProcessReply> {
    const open = this.#newCall(request, options);
    await this.#send(open);
    return await open.reply.promise;
  }

  async describe(): Promise<ProcessReply> {
    return await this.#inTime('describe', this.#description());
  }

  /** @throws what is wrong with the options */
  async check(options: unknown, locate: (pointer: string) => string | undefined): Promise<void> {
    await this.#inTime('check', { type: 'check', options }, { locate: (pointer) => locate(String(pointer)) });
  }

  /** Sets the plugin up, and each process that follows this one. */
  async setUp(setup: Omit<SetupRequest, 'type' | 'id'>): Promise<Contributed> {
    const request: NewRequest = { type: 'setup', ...setup };
    const reply = await this.#inTime('setup', request);
    const { contributions } = reply;
    if (!contributions) throw protocolError('the reply to `setup` has no `contributions`');
    this.#setup = { request, contributions };
    return contributions;
  }

  /** Open requests fail. A plugin that was set up disposes of what it has first. */
  async end(): Promise<void> {
    if (this.#setup && this.#running && !this.#isClosed)
      await this.#inTime('onDispose', { type: 'dispose' }).catch((error: Error) => {
        if (!this.#isClosed) this.#log.warn('a plugin failed to clean up', { error: error.message });
      });
    this.#isClosed = true;
    await this.#running?.process.end();
  }

  #logOf(hook: number | undefined): Logger {
    const [only, another] = this.#open.values();
    const open = hook === undefined ? another === undefined && only : this.#open.get(hook);
    return (open || undefined)?.options.log ?? this.#log;
  }

  #description(): NewRequest {
    const { module } = this.#settings;
    return { type: 'describe', protocol: processProtocol, pouch: version, ...(module && { module }) };
  }

  /** @throws what the plugin refuses with */
  async #inTime(
    what: string,
    request: NewRequest,
    methods: Methods = {},
    running?: Running,
  ): Promise<ProcessReply> {
    const { timeoutMs: ms } = this.#settings;
    const late = () => lateBy(ms, what);
    const reply = await withDeadline({ ms, late }, async (signal) => {
      const open = this.#newCall(request, { signal, timeoutMs: ms, methods, isOnce: true });
      if (running) this.#post(open, running);
      else await this.#send(open);
      return await open.reply.promise;
    });
    if (reply.error) throw errorOf(reply.error) ?? new Error(reply.error.message);
    return reply;
  }

  #newCall(request: NewRequest, options: CallOptions): OpenCall {
    return openCall((this.#lastId += 1), request, options);
  }

  #start(): Running {
    if (this.#running) return this.#running;
    const { path, module } = this.#settings;
    // A module was read by pouchd.
    if (!module) new FileSafety(path).check(path);
    const process: PluginProcess = new PluginProcess({
      ...this.#settings,
      ...(module && { graceMs: graceMs * 2 }),
      logOf: (hook) => this.#logOf(hook),
      onMessage: (message) => this.#take(message, running),
      isAwaited: (message) => message.type === 'reply' || this.#isAwaited(message),
      onEnd: (reason) => this.#ended(reason),
    });
    const values: Values = new Values({
      call: (on, method, args) =>
        this.#invoke({ on, method, args: values.encode(args) as unknown[] }, running),
      drop: (on) => process.send({ type: 'drop', on }),
      abort: () => undefined,
    });
    const running: Running = { process, values };
    this.#running = running;
    if (this.#setup)
      running.introduced = this.#introduce(running, this.#setup).finally(() => delete running.introduced);
    return running;
  }

  /** Sets up a process that follows another; requests wait in its stdin. */
  async #introduce(running: Running, { request, contributions }: Setup): Promise<void> {
    try {
      const described = this.#settings.module && this.#inTime('describe', this.#description(), {}, running);
      const setUp = this.#inTime('setup', request, {}, running);
      setUp.catch(() => undefined);
      await described;
      const reply = await setUp;
      if (!isDeepStrictEqual(reply.contributions, contributions)) throw hasChanged();
    } catch (error) {
      const { message } = error as Error;
      running.process.kill(
        error instanceof PouchError ? error : processError(`it cannot be set up again: ${message}`),
      );
    }
  }

  async #invoke(call: { on: number; method: string; args: unknown[] }, running: Running): Promise<unknown> {
    const open = this.#newCall(
      { type: 'invoke', ...call },
      { signal: never, timeoutMs: Infinity, isOnce: true },
    );
    if (!running.process.isRunning) throw processError('its process has ended');
    this.#post(open, running);
    const { error, result } = await open.reply.promise;
    if (error) throw errorOf(error) ?? new Error(error.message);
    return running.values.decode(result);
  }

  /** Milliseconds until a process may be started. */
  get #pauseMs(): number {
    return this.#running ? 0 : Math.max(0, Math.ceil(this.#nextStart - performance.now()));
  }

  async #pause({ signal, timeoutMs }: CallOptions): Promise<void> {
    const pauseMs = this.#pauseMs;
    if (pauseMs >= timeoutMs && this.#lastEnd) throw notYet(this.#lastEnd, pauseMs);
    await delay(pauseMs, undefined, { signal });
  }

  async #overdueClosed(signal: AbortSignal): Promise<void> {
    const overdue = [...this.#open.values()].filter(({ options }) => options.signal.aborted);
    if (overdue.length > 0)
      await untilAborted(Promise.all(overdue.map(({ closed }) => closed.promise)), signal);
  }

  async #send(open: OpenCall): Promise<void> {
    if (open.options.isAfterOverdue) await this.#overdueClosed(open.options.signal);
    // Without a wait where none is needed: requests stay in their order.
    if (this.#pauseMs > 0) await this.#pause(open.options);
    if (open.options.signal.aborted) return;
    if (this.#isClosed && !this.#running) throw processError('its generation of plugins has ended');
    this.#post(open, this.#start());
  }

  #post(open: OpenCall, running: Running): void {
    const { request, options, dueBy } = open;
    const { process } = running;
    let timer: NodeJS.Timeout | undefined;
    const unlisten = onAbort(options.signal, () => {
      process.send({ type: 'cancel', id: request.id, reason: errorForm(options.signal.reason) });
      const judge = () => void this.#judge(running, open);
      timer = setTimeout(judge, dueBy - performance.now()).unref();
    });
    open.close = () => {
      unlisten();
      clearTimeout(timer);
      this.#open.delete(request.id);
      open.closed.resolve();
    };
    this.#open.set(request.id, open);
    process.send(request);
  }

  /** Kills a process that owes a reply, unless it is still being set up: that has deadlines of its own. */
  async #judge({ process, introduced }: Running, open: OpenCall): Promise<void> {
    if (introduced) {
      await introduced;
      await delay(graceMs, undefined, { ref: false });
    }
    if (this.#open.get(open.request.id) === open) process.kill(hung(open));
  }

  #take(message: Exclude<ProcessMessage, { type: 'log' }>, running: Running): void {
    if (message.type === 'metric') return this.#metrics?.take(message);
    if (message.type === 'call') return void this.#serve(message, running);
    if (message.type === 'abort') return running.values.abort(message.on);
    if (message.type === 'drop') return running.values.forget(message.on);
    const open = this.#open.get(message.id);
    if (!open) throw protocolError(`its process replied to ${message.id}, which is not an open request`);
    open.close?.();
    // One that ends whenever it has been set up is started again less and less often.
    if (open.request.type !== 'describe' && open.request.type !== 'setup') this.#backoff.reset();
    // The caller no longer waits for a reply after its deadline, and a tap's has another draft by now.
    if (open.options.signal.aborted) return;
    const { isDecoded = false } = open.options;
    open.reply.resolve(isDecoded ? { ...message, result: running.values.decode(message.result) } : message);
  }

  #isAwaited(message: ProcessMessage): boolean {
    if (message.type !== 'call' || message.hook === undefined) return false;
    return this.#open.get(message.hook)?.options.isAwaited?.(message.method) === true;
  }

  /** Runs what the plugin calls: as part of the request that it belongs to, or apart from all. */
  async #serve(call: ProcessCall, { process, values }: Running): Promise<void> {
    const { id, hook, sync } = call;
    const send = (result: ProcessRequest) => (sync ? process.sendAwaited(result) : process.send(result));
    const open = hook === undefined ? undefined : this.#open.get(hook);
    const within = open?.within ?? this.#outside;
    try {
      const args = values.decode(call.args) as unknown[];
      const called = () => this.#called(call, open, values)(...args);
      // To a plugin that waits a promise goes as one.
      const result = sync ? within(called) : await within(async () => called());
      const given = values.given;
      send({ type: 'result', id, result: values.encode(result) ?? null });
      // What it returns, a stream for example, may need the signals that it was given.
      if (values.given === given) values.endArguments(call.args);
    } catch (error) {
      send({ type: 'result', id, error: errorForm(error) });
      values.endArguments(call.args);
    }
  }

  #called({ hook, on, method }: ProcessCall, open: OpenCall | undefined, values: Values) {
    if (on !== undefined) return async (...args: unknown[]) => await values.call(on, method, args);
    const own = open?.options.methods ?? {};
    if (Object.hasOwn(own, method)) return own[method]!;
    const isOpen = hook === undefined || open !== undefined;
    if (isOpen && Object.hasOwn(this.#services, method)) return this.#services[method]!;
    throw new PouchError(
      'PCH_NOT_FOUND',
      isOpen
        ? `neither the input of the hook nor \`inject\` of the manifest has ${method}`
        : `request ${hook} is not open: ${method} cannot be called for it`,
    );
  }

  #ended(reason: PouchError): void {
    this.#running?.values.close();
    this.#running = undefined;
    this.#lastEnd = reason;
    this.#metrics?.processEnded();
    this.#nextStart = performance.now() + this.#backoff.next();
    const open = [...this.#open.values()];
    for (const call of open) call.close?.();
    const waiting = open.filter(({ options }) => !options.signal.aborted);
    // While it owes a reply to a cancelled request, that one counts as the cause of its end.
    const isOverdue = waiting.length < open.length && !this.#isClosed;
    for (const call of waiting) {
      if (isOverdue && !call.options.isOnce)
        this.#send(call).catch((error: unknown) => call.reply.reject(error));
      else call.reply.reject(reason);
    }
    if (this.#isClosed) return;
    this.#log.warn('the process of a plugin has ended', { code: reason.code, error: reason.message });
    // A module takes a while to load: the next call need not wait for it. Metrics may change without a call.
    if ((this.#settings.module && this.#setup) || this.#metrics?.isUsed)
      setTimeout(() => this.#restart(), this.#pauseMs).unref();
  }

  #restart(): void {
    if (this.#isClosed || this.#pauseMs > 0) return;
    try {
      this.#start();
    } catch (error) {
      this.#log.warn('the process of a plugin cannot be started', { error: messageOf(error) });
    }
  }
}

function hasChanged(): PouchError {
  return new PouchError(
    'PCH_PLUGIN_PROCESS',
    'a file that the plugin imports has changed since it was loaded: its process contributes something else now',
    { hint: 'reload pouchd' },
  );
}

function notYet(last: PouchError, pauseMs: number): PouchError {
  return new PouchError(last.code, `${last.message}; it is started again in ${pauseMs} ms`, {
    ...(last.hint !== undefined && { hint: last.hint }),
    cause: last,
  });
}
