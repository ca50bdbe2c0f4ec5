import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ManagedProcess, type ProcessEvent, type ProcessState } from '../../supervise/index.ts';
import { ContainerdClient } from '../ContainerdClient.ts';
import { checkMetadata, logSize, metadataError } from './damagedMetadata.ts';
import { findContainerd, searchPath } from './executable.ts';
import { managedConfig } from './managedConfig.ts';
import { supportedVersion } from './supportedVersion.ts';
import type { Version } from '../api/VersionClient.ts';

export interface ManagedContainerdOptions {
  /** Directory of the data that survives a reboot: content, snapshots, metadata. */
  root: string;
  /** Directory of the data that does not: sockets, bundles, the pid file. */
  state: string;
  /** Path of its unix socket. */
  address: string;
  /** Default: the first containerd in PATH and the usual directories. */
  executable?: string;
  /** Default: "overlayfs". */
  snapshotter?: string;
  /** Milliseconds until it responds after each start; asked at each. Default: 20 s. */
  startTimeout?: () => number;
  onEvent?: (event: ProcessEvent) => void;
}

/** The log file of the managed containerd and its shims. */
export function managedLogFile(root: string): string {
  return join(root, 'containerd.log');
}

/** A private containerd that pouchd starts, adopts and restarts, beside any other containerd of the host. */
export class ManagedContainerd {
  readonly address: string;
  readonly #options: ManagedContainerdOptions;
  #process: ManagedProcess | undefined;
  /** Size of its log before this start. */
  #logStart = 0;

  constructor(options: ManagedContainerdOptions) {
    this.address = options.address;
    this.#options = options;
  }

  /** Adopts or starts containerd. Resolves to its version when it responds. @throws PCH_CONTAINERD_DAMAGED */
  async start(): Promise<Version> {
    // Any namespace will do: the version does not depend on it.
    const client = new ContainerdClient({ address: this.address, namespace: 'default' });
    checkMetadata(this.#options.root);
    this.#logStart = logSize(this.#logFile);
    try {
      this.#process ??= prepare(this.#options, () => responds(this.address));
      await this.#process.start();
      return await supportedVersion(client);
    } catch (error) {
      throw await this.explained(error);
    } finally {
      client.close();
    }
  }

  /**
   * Returns PCH_CONTAINERD_DAMAGED if containerd has logged since its start that its database is damaged, else
   * `error`. Ends a damaged containerd, so that the next start does not adopt it.
   */
  async explained(error: unknown): Promise<unknown> {
    const explanation = metadataError(this.#options.root, this.#logFile, this.#logStart, error);
    if (explanation !== error) await this.stop();
    return explanation;
  }

  get #logFile(): string {
    return managedLogFile(this.#options.root);
  }

  /**
   * Ends containerd; its containers continue to run in their shims. Since version 1.7, a task that ends meanwhile is
   * lost with its exit status; version 1.6 keeps it.
   */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Stops watching it and leaves it running for the next pouchd to adopt. */
  detach(): void {
    this.#process?.detach();
  }

  /** Checks at once whether it has ended. Callers use it when they lose the connection. */
  check(): void {
    this.#process?.check();
  }

  /** Undefined before the first start. */
  state(): ProcessState | undefined {
    return this.#process?.state();
  }
}

function prepare(options: ManagedContainerdOptions, isReady: () => Promise<boolean>): ManagedProcess {
  const {
    root,
    state,
    address,
    executable,
    snapshotter = 'overlayfs',
    startTimeout = () => 20_000,
    onEvent,
  } = options;
  const command = findContainerd(executable);
  makeDirectories(options);
  const config = managedConfig({ root, state, address, snapshotter });
  const configFile = join(root, 'config.toml');
  writeFileSync(configFile, config, { mode: 0o600 });
  return new ManagedProcess({
    name: 'containerd',
    command,
    args: ['--config', configFile],
    // systemd accepts notifications of pouchd alone.
    env: { ...process.env, PATH: searchPath(), NOTIFY_SOCKET: undefined },
    pidFile: join(state, 'containerd.pid'),
    logFile: managedLogFile(root),
    fingerprint: fingerprint(command, config),
    isReady,
    get readyWithinMs() {
      return startTimeout();
    },
    onEvent,
  });
}

/**
 * The shims of containerd 1.6 to 2.2 create their sockets here, whatever `state` is; the names have a hash of the
 * address.
 */
const shimSocketRoot = '/run/containerd';

/**
 * Creates the directories that containerd or a shim would create with modes that depend on version and order: old
 * versions open `root` to every user (CVE-2024-25621), and a shim creates /run/containerd with mode 0600, which
 * breaks containers with a user namespace of the host's own containerd. Such containers need search permission on
 * `state`.
 */
function makeDirectories({ root, state, address }: ManagedContainerdOptions): void {
  makeDirectory(root, 0o700);
  for (const path of [state, dirname(address), shimSocketRoot]) makeDirectory(path, 0o711);
}

function makeDirectory(path: string, mode: number): void {
  if (existsSync(path)) return;
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
}

/** Changes with the configuration and with an upgrade of the package: after either, containerd has to be restarted. */
function fingerprint(command: string, config: string): string {
  const { mtimeMs, size } = statSync(command);
  return createHash('sha256').update(`${command} ${mtimeMs} ${size}\n${config}`).digest('hex');
}

/** On a connection of its own: after a restart too, when that of the first start is closed. */
async function responds(address: string): Promise<boolean> {
  const client = new ContainerdClient({ address, namespace: 'default' });
  try {
    await client.version.get({ deadlineMs: 1_000 });
    return true;
  } finally {
    client.close();
  }
}
