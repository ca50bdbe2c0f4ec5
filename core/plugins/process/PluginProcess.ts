import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError, toPouchError } from '../../../hooks/errors.ts';
import {
  longestLine,
  type ProcessCall,
  type ProcessReply,
  type ProcessRequest,
} from '../../../hooks/processProtocol.ts';
import { signalGroup } from '../../supervise/signalGroup.ts';
import { launch, type LaunchSettings } from './launch.ts';
import { LineSplitter } from './LineSplitter.ts';
import { PluginOutput } from './PluginOutput.ts';
import { PluginCgroup } from './PluginCgroup.ts';
import { protocolError, readMessage, startOf } from './readMessage.ts';

export interface ProcessOptions extends LaunchSettings {
  /** The log of a hook that is open, by its id; without one, that of the only hook that is open, or of the plugin. */
  logOf(hook?: number): Logger;
  onMessage(message: ProcessReply | ProcessCall): void;
  /** Called once, when the process serves no longer. */
  onEnd(reason: PouchError): void;
}

/** Milliseconds for a process to end by itself, once its stdin has ended. */
const graceMs = 1000;

/** One process of a plugin, until its end. */
export class PluginProcess {
  readonly #options: ProcessOptions;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #output: PluginOutput;
  readonly #lines = new LineSplitter(longestLine);
  readonly #closed: Promise<void>;
  #hasEnded = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#output = new PluginOutput((hook) => options.logOf(hook));
    const { cgroupParent: parent, path, limits } = options;
    const cgroup = parent === undefined ? undefined : new PluginCgroup(parent, path, limits);
    const child = (this.#child = launch(options, cgroup?.procs ?? []));
    const closed = new Promise<void>((resolve) => {
      child.once('close', (code, signal) => {
        this.#ended(this.#exited(code, signal));
        resolve();
      });
      child.once('error', (error) => {
        this.#ended(processError(`its process cannot be started: ${messageOf(error)}`, error));
        resolve();
      });
    });
    this.#closed = closed.then(() => cgroup?.remove());
    // It must not keep pouchd running.
    child.unref();
    for (const stream of child.stdio) (stream as Socket | null | undefined)?.unref();
    // Without free descriptors for the pipes (EMFILE) the child has no streams, and emits an error.
    if (child.pid === undefined) return;
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#output.readStderr(child.stderr);
  }

  get isRunning(): boolean {
    return !this.#hasEnded;
  }

  send(request: ProcessRequest): void {
    if (this.isRunning) this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
  }

  /** Ends its stdin, and kills it if it has not ended a second later. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.#kill(), graceMs);
    this.#child.stdin?.end();
    await this.#closed;
    clearTimeout(timer);
  }

  /** Kills it with everything that it has started. */
  kill(reason: PouchError): void {
    this.#kill();
    this.#ended(reason);
  }

  /** The namespace ends with the first process of the group, and with it what has left the group. */
  #kill(): void {
    signalGroup(this.#child.pid, 'SIGKILL');
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
    if (message.type !== 'reply') this.#output.slowDown(this.#child.stdout, line.length);
    if (message.type === 'log')
      this.#output.write(message.level, message.message, message.fields, message.hook);
    else this.#options.onMessage(message);
  }

  #ended(reason: PouchError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onEnd(reason);
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): PouchError {
    const how = signal ?? describeExit(code ?? 0);
    const { tail } = this.#output;
    const last = tail === '' ? '' : `; the end of its stderr: ${JSON.stringify(tail)}`;
    return processError(`its process ended (${how})${last}`);
  }
}

export function processError(message: string, cause?: unknown): PouchError {
  return new PouchError('PCH_PLUGIN_PROCESS', message, {
    hint: 'the log of pouchd has what the plugin wrote to stderr',
    cause,
  });
}

function tooLong({ message }: RangeError): PouchError {
  return protocolError(
    `its process wrote a line of more than ${longestLine / 2 ** 20} MiB: ${startOf(Buffer.from(message))}…`,
  );
}

/** The shell's exit code, which is 128 and the number of a signal that ended the plugin. */
function describeExit(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return signal ?? `exit code ${code}`;
}
