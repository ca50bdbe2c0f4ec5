import type { Socket } from 'node:net';
import { messageOf } from '../../../hooks/errors.ts';
import { ContainerLogs } from '../log/ContainerLogs.ts';
import { LogWriter } from '../log/LogWriter.ts';
import { streamPaths, type StreamPaths } from '../layout.ts';
import type { KeeperEvent, StreamsConfig } from '../protocol.ts';
import { ContainerStreams } from './ContainerStreams.ts';
import { removeConfig, saveConfig, savedConfigs } from './state.ts';

/** The containers whose output this process reads. */
export class LogKeeper {
  readonly #ioDir: string;
  readonly #report: (event: KeeperEvent) => void;
  readonly #containers = new Map<string, ContainerStreams>();
  readonly logs: ContainerLogs;

  /** `report` is called with events. */
  constructor(ioDir: string, report: (event: KeeperEvent) => void) {
    this.#ioDir = ioDir;
    this.#report = report;
    this.logs = new ContainerLogs((container, problem) =>
      report({ event: 'log-problem', container, ...problem }),
    );
  }

  get containers(): string[] {
    return [...this.#containers.keys()];
  }

  /** Opens the streams of an earlier keeper, paused. */
  recover(): void {
    for (const config of savedConfigs(this.#ioDir, complain)) {
      try {
        this.#hold(config).pause();
      } catch (error) {
        complain(config.container, error);
      }
    }
  }

  resume(): void {
    for (const streams of this.#containers.values()) streams.resume();
  }

  /** Closes the streams of an earlier run of the container, and opens new ones. */
  open(config: StreamsConfig): void {
    this.#containers.get(config.container)?.close();
    saveConfig(this.#ioDir, config);
    this.#hold(config);
  }

  /** Resolves to true for an unknown container. */
  async finish(container: string, deadlineMs: number): Promise<boolean> {
    const streams = this.#containers.get(container);
    if (streams === undefined) return true;
    const complete = await streams.finish(deadlineMs);
    if (this.#containers.get(container) === streams) this.#forget(container);
    return complete;
  }

  /** Passes a connection to the streams of a container. Returns false for an unknown container. */
  subscribe(container: string, socket: Socket, token: string, stallMs: number): boolean {
    const streams = this.#containers.get(container);
    streams?.subscribe(socket, token, stallMs);
    return streams !== undefined;
  }

  #hold(config: StreamsConfig): ContainerStreams {
    const { container } = config;
    const paths = streamPaths(this.#ioDir, container);
    const dropped = (token: string) => this.#report({ event: 'dropped', container, token });
    const log = this.#logOf(config, paths);
    try {
      const streams = new ContainerStreams(config, paths, log, dropped);
      this.#containers.set(container, streams);
      return streams;
    } catch (error) {
      this.#releaseLog(config);
      throw error;
    }
  }

  #logOf(
    { container, logPath, maxSize, maxFile, keepBytes, compress }: StreamsConfig,
    { directory }: StreamPaths,
  ): LogWriter | undefined {
    if (logPath === undefined) return undefined;
    const rotation = { maxSize, maxFile, keepBytes, compress };
    return new LogWriter(this.logs.open({ container, logPath, ...rotation }), directory);
  }

  #releaseLog({ logPath }: StreamsConfig): void {
    if (logPath !== undefined) this.logs.release(logPath);
  }

  #forget(container: string): void {
    const config = this.#containers.get(container)?.config;
    this.#containers.delete(container);
    if (config !== undefined) this.#releaseLog(config);
    removeConfig(this.#ioDir, container);
  }
}

function complain(container: string, error: unknown): void {
  console.error(`cannot read the output of container ${container}: ${messageOf(error)}`);
}
