import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Logger } from '../../../hooks/defineHook.ts';
import { signalGroup } from '../../supervise/signalGroup.ts';
import { launch, type LaunchSettings } from './launch.ts';
import { PluginCgroup } from './PluginCgroup.ts';
import { PluginOutput } from './PluginOutput.ts';

/** How a process has ended, or why it has not begun. */
export type ProcessEnd =
  { readonly code: number | null; readonly signal: NodeJS.Signals | null } | { readonly error: Error };

export interface ConfinedOptions extends LaunchSettings {
  /** The log of an open hook, or of whatever the process does now. */
  logOf(hook?: number): Logger;
  onStdout(chunk: Buffer): void;
  onEnd(end: ProcessEnd): void;
}

/** A process with the rights and limits of its plugin, from its start to its end. */
export class ConfinedProcess {
  readonly output: PluginOutput;
  /** Settles when it has ended, and its cgroup is gone. */
  readonly closed: Promise<void>;
  readonly #child: ChildProcess;

  /** @throws Error if its limits cannot be set */
  constructor(options: ConfinedOptions) {
    this.output = new PluginOutput((hook) => options.logOf(hook));
    const { cgroupParent: parent, path, limits } = options;
    const cgroup = parent === undefined ? undefined : new PluginCgroup(parent, path, limits);
    const child = (this.#child = launch(options, cgroup?.procs ?? []));
    const closed = new Promise<void>((resolve) => {
      const end = (how: ProcessEnd) => {
        options.onEnd(how);
        resolve();
      };
      child.once('close', (code, signal) => end({ code, signal }));
      child.once('error', (error) => end({ error }));
    });
    this.closed = closed.then(() => cgroup?.remove());
    // It must not keep pouchd running.
    child.unref();
    for (const stream of child.stdio) (stream as Socket | null | undefined)?.unref();
    // Without free descriptors for the pipes (EMFILE) the child has no streams, and emits an error.
    if (child.pid === undefined) return;
    for (const stream of [child.stdin, child.stdio[3]]) stream?.on('error', () => undefined);
    child.stdout?.on('data', (chunk: Buffer) => options.onStdout(chunk));
    if (child.stderr) this.output.readStderr(child.stderr);
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Bytes that were written to it and that it has not read. */
  get unread(): number {
    return this.#child.stdin?.writableLength ?? 0;
  }

  /** To the descriptor of results that the program which hosts a module waits for. */
  writeAwaited(text: string): void {
    (this.#child.stdio[3] as Writable | undefined)?.write(text);
  }

  endInput(text?: string): void {
    this.#child.stdin?.end(text);
  }

  /** Reads less of its stdout for a while, once it has written this much that nobody waits for. */
  slowDown(bytes: number): void {
    if (this.#child.stdout) this.output.slowDown(this.#child.stdout, bytes);
  }

  /**
   * Kills it with everything that it has started: the namespace ends with the first process of the group, and with it
   * what has left the group.
   */
  kill(): void {
    signalGroup(this.#child.pid, 'SIGKILL');
  }
}
