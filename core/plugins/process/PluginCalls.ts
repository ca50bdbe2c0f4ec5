import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type {
  HookRequest,
  ProcessCall,
  ProcessReply,
  ProcessRequest,
} from '../../../hooks/processProtocol.ts';
import { Backoff } from '../../wait/Backoff.ts';
import { Deferred } from '../../wait/Deferred.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { FileSafety } from '../load/FileSafety.ts';
import type { LaunchSettings } from './launch.ts';
import { PluginProcess, processError } from './PluginProcess.ts';
import { protocolError } from './readMessage.ts';

/** What a call of a hook needs of the tap that makes it. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline. */
  readonly timeoutMs: number;
  /** For what the plugin logs meanwhile; that of the plugin if missing. */
  readonly log?: Logger;
  /** What the plugin may call meanwhile, by method. */
  readonly methods: Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;
}

type Request = Extract<ProcessRequest, { type: 'hook' | 'describe' }>;

/** A request without a reply. */
interface OpenCall {
  readonly request: Request;
  readonly options: CallOptions;
  readonly reply: Deferred<ProcessReply>;
  /** When the process counts as hung without a reply, by performance.now(). */
  readonly dueBy: number;
  /** Ends its timer and its listener. */
  close?(): void;
}

/** Milliseconds after its deadline in which a call still has to be replied to; else the process counts as hung. */
const graceMs = 500;
/** Milliseconds before a process that has ended is started again; they double up to the last value. */
const [firstPauseMs, longestPauseMs] = [100, 30_000];

/**
 * Calls of one plugin, by one process that serves several at a time. A process that has ended is started again by the
 * next call. One that misses a deadline is killed; its other calls are sent to its successor, as taps may run twice.
 */
export class PluginCalls {
  readonly #settings: LaunchSettings;
  readonly #log: Logger;
  readonly #backoff = new Backoff(firstPauseMs, longestPauseMs);
  readonly #open = new Map<number, OpenCall>();
  #process: PluginProcess | undefined;
  #lastId = 0;
  /** When the next start is due, by performance.now(). */
  #nextStart = 0;
  #lastEnd: PouchError | undefined;
  #isClosed = false;

  constructor(settings: LaunchSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  /** Starts the process, so that the first call need not wait for it. @throws PCH_PLUGIN_UNSAFE */
  start(): PluginProcess {
    if (this.#process) return this.#process;
    new FileSafety(this.#settings.path).check(this.#settings.path);
    const process: PluginProcess = new PluginProcess({
      ...this.#settings,
      logOf: (hook) => this.#logOf(hook),
      onMessage: (message) => this.#take(message, process),
      onEnd: (reason) => this.#ended(reason),
    });
    return (this.#process = process);
  }

  /** @throws PCH_PLUGIN_PROCESS, PCH_PLUGIN_PROTOCOL, or the reason of the signal */
  call(hook: Omit<HookRequest, 'type' | 'id'>, options: CallOptions): Promise<ProcessReply> {
    return this.#request({ type: 'hook', id: this.#newId(), ...hook }, options);
  }

  describe(pouch: string, protocol: number, options: CallOptions): Promise<ProcessReply> {
    return this.#request({ type: 'describe', id: this.#newId(), protocol, pouch }, options);
  }

  /** Calls that are still open fail. */
  async end(): Promise<void> {
    this.#isClosed = true;
    await this.#process?.end();
  }

  #logOf(hook: number | undefined): Logger {
    const [only, another] = this.#open.values();
    const open = hook === undefined ? another === undefined && only : this.#open.get(hook);
    return (open || undefined)?.options.log ?? this.#log;
  }

  #newId(): number {
    return (this.#lastId += 1);
  }

  async #running({ signal, timeoutMs }: CallOptions): Promise<PluginProcess> {
    if (this.#process) return this.#process;
    const pauseMs = Math.ceil(this.#nextStart - performance.now());
    if (pauseMs >= timeoutMs && this.#lastEnd) throw notYet(this.#lastEnd, pauseMs);
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal });
    if (this.#isClosed) throw processError('its generation of plugins has ended');
    return this.start();
  }

  async #request(request: Request, options: CallOptions): Promise<ProcessReply> {
    const dueBy = performance.now() + options.timeoutMs + graceMs;
    const open: OpenCall = { request, options, reply: new Deferred(), dueBy };
    await this.#send(open);
    return await open.reply.promise;
  }

  async #send(open: OpenCall): Promise<void> {
    const { request, options, dueBy } = open;
    const process = await this.#running(options);
    if (options.signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    const unlisten = onAbort(options.signal, () => {
      process.send({ type: 'cancel', id: request.id });
      timer = setTimeout(() => this.#killHung(process, open), dueBy - performance.now()).unref();
    });
    open.close = () => {
      unlisten();
      clearTimeout(timer);
      this.#open.delete(request.id);
    };
    this.#open.set(request.id, open);
    process.send(request);
  }

  #killHung(process: PluginProcess, { request, options }: OpenCall): void {
    const innocent = [...this.#open.values()].filter((open) => !open.options.signal.aborted);
    for (const open of innocent) open.close?.();
    process.kill(hung(request, options.timeoutMs));
    for (const open of innocent) this.#send(open).catch((error: unknown) => open.reply.reject(error));
  }

  #take(message: ProcessReply | ProcessCall, process: PluginProcess): void {
    if (message.type === 'call') return void this.#serve(message, process);
    const open = this.#open.get(message.id);
    if (!open) throw protocolError(`its process replied to ${message.id}, which is not an open request`);
    open.close?.();
    this.#backoff.reset();
    // The hook no longer waits for a reply after its deadline, and has another draft by now.
    if (!open.options.signal.aborted) open.reply.resolve(message);
  }

  /** Runs what the plugin calls, for as long as its own call is open. */
  async #serve({ id, hook, method, args }: ProcessCall, process: PluginProcess): Promise<void> {
    const run = this.#open.get(hook)?.options.methods[method];
    try {
      if (!run)
        throw new PouchError(
          'PCH_NOT_FOUND',
          `hook ${hook} is not open, or neither its input nor \`inject\` of the manifest has ${method}`,
        );
      process.send({ type: 'result', id, result: (await run(...args)) ?? null });
    } catch (error) {
      const code = error instanceof PouchError ? error.code : 'PCH_INTERNAL';
      process.send({ type: 'result', id, error: { code, message: messageOf(error) } });
    }
  }

  #ended(reason: PouchError): void {
    this.#process = undefined;
    this.#lastEnd = reason;
    this.#nextStart = performance.now() + this.#backoff.next();
    for (const open of [...this.#open.values()]) {
      open.close?.();
      if (!open.options.signal.aborted) open.reply.reject(reason);
    }
    if (!this.#isClosed)
      this.#log.warn('the process of a plugin has ended', { code: reason.code, error: reason.message });
  }
}

function hung(request: Request, timeoutMs: number): PouchError {
  const what = request.type === 'hook' ? request.point : request.type;
  return processError(
    `its process was killed: it had not replied to ${what} ${graceMs} ms after the deadline of ${timeoutMs} ms`,
  );
}

function notYet(last: PouchError, pauseMs: number): PouchError {
  return new PouchError(last.code, `${last.message}; it is started again in ${pauseMs} ms`, {
    ...(last.hint !== undefined && { hint: last.hint }),
    cause: last,
  });
}
