import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError, toPouchError } from '../../../hooks/errors.ts';
import { longestLine, type ProcessMessage, type ProcessRequest } from '../../../hooks/processProtocol.ts';
import { ConfinedProcess, type ProcessEnd } from './ConfinedProcess.ts';
import { describeEnd } from './describeEnd.ts';
import type { LaunchSettings } from './launch.ts';
import { LineSplitter } from './LineSplitter.ts';
import { protocolError, readMessage, startOf } from './readMessage.ts';

export interface ProcessOptions extends LaunchSettings {
  /** The log of a hook that is open, by its id; without one, that of the only hook that is open, or of the plugin. */
  logOf(hook?: number): Logger;
  onMessage(message: Exclude<ProcessMessage, { type: 'log' }>): void;
  /** Whether pouchd waits for a message; of others too many are read slowly. */
  isAwaited(message: ProcessMessage): boolean;
  /** Milliseconds for it to end by itself; a second if it is missing. */
  readonly graceMs?: number | undefined;
  /** Called once, when the process serves no longer. */
  onEnd(reason: PouchError): void;
}

/** Bytes of results that it has not read, from which on its calls are read slowly, and from which on it is killed. */
const [muchUnread, mostUnread] = [64 * 1024, 8 * longestLine];
/** Milliseconds for a process to end by itself, once its stdin has ended. */
const standardGraceMs = 1000;

/** One process of a plugin, until its end. */
export class PluginProcess {
  readonly #options: ProcessOptions;
  readonly #process: ConfinedProcess;
  readonly #lines = new LineSplitter(longestLine);
  #hasEnded = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#process = new ConfinedProcess({
      ...options,
      onStdout: (chunk) => this.#read(chunk),
      onEnd: (end) => this.#ended(this.#reasonOf(end)),
    });
  }

  get isRunning(): boolean {
    return !this.#hasEnded;
  }

  send(request: ProcessRequest): void {
    if (!this.isRunning) return;
    this.#process.write(`${JSON.stringify(request)}\n`);
    if (request.type === 'result' && this.#process.unread > mostUnread) this.kill(readsNothing());
  }

  /** Sends what the process waits for, and reads nothing else until it has come. */
  sendAwaited(result: ProcessRequest): void {
    if (this.isRunning) this.#process.writeAwaited(`${JSON.stringify(result)}\n`);
  }

  /** Ends its stdin, and kills it if it has not ended a second later. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.#process.kill(), this.#options.graceMs ?? standardGraceMs);
    this.#process.endInput();
    await this.#process.closed;
    clearTimeout(timer);
  }

  /** Kills it with everything that it has started. */
  kill(reason: PouchError): void {
    this.#process.kill();
    this.#ended(reason);
  }

  #read(chunk: Buffer): void {
    try {
      for (const line of this.#lines.push(chunk)) if (this.isRunning && line.length > 0) this.#take(line);
    } catch (error) {
      this.kill(error instanceof RangeError ? tooLong(error) : toPouchError(error));
    }
  }

  #take(line: Buffer): void {
    const message = readMessage(line);
    const isAwaited = this.#options.isAwaited(message);
    // A process that calls without reading the results would fill the memory of pouchd.
    if (!isAwaited || (message.type === 'call' && this.#process.unread > muchUnread))
      this.#process.slowDown(line.length);
    if (message.type === 'log')
      this.#process.output.write(message.level, message.message, message.fields, message.hook);
    else this.#options.onMessage(message);
  }

  #ended(reason: PouchError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onEnd(reason);
  }

  #reasonOf(end: ProcessEnd): PouchError {
    if ('error' in end)
      return processError(`its process cannot be started: ${messageOf(end.error)}`, end.error);
    const { tail } = this.#process.output;
    const last = tail === '' ? '' : `; the end of its stderr: ${JSON.stringify(tail)}`;
    return processError(`its process ended (${describeEnd(end)})${last}`);
  }
}

export function processError(message: string, cause?: unknown): PouchError {
  const isNotBuilt = (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return new PouchError('PCH_PLUGIN_PROCESS', message, {
    hint: isNotBuilt
      ? 'the program that confines plugins is not built: apt-get install gcc libc6-dev, then npm run build'
      : 'the log of pouchd has what the plugin wrote to stderr',
    cause,
  });
}

function readsNothing(): PouchError {
  return protocolError(
    `its process calls without reading the results: more than ${mostUnread / 2 ** 20} MiB wait for it`,
  );
}

function tooLong({ message }: RangeError): PouchError {
  return protocolError(
    `its process wrote a line of more than ${longestLine / 2 ** 20} MiB: ${startOf(Buffer.from(message))}…`,
  );
}
