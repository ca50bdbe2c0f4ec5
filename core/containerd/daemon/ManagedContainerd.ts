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
  /** Directory for what outlives a reboot: content, snapshots, metadata. */
  root: string;
  /** Directory for what does not: sockets, bundles, the pid file. */
  state: string;
  /** Path of its unix socket. */
  address: string;
  /** Default: the first containerd in PATH and the usual directories. */
  executable?: string;
  /** Default: "overlayfs". */
  snapshotter?: string;
  onEvent?: (event: ProcessEvent) => void;
}

/** Where the managed containerd logs, and its shims with it. */
export function managedLogFile(root: string): string {
  return join(root, 'containerd.log');
}

/** A private containerd: started, adopted and restarted by us, beside any other one on the host. */
export class ManagedContainerd {
  readonly address: string;
  readonly #options: ManagedContainerdOptions;
  #process: ManagedProcess | undefined;
  /** Where its log ended before this start. */
  #logStart = 0;

  constructor(options: ManagedContainerdOptions) {
    this.address = options.address;
    this.#options = options;
  }

  /** Adopts or starts it, and resolves with its version when it answers. @throws PCH_CONTAINERD_DAMAGED */
  async start(): Promise<Version> {
    // Any namespace: the version belongs to none.
    const client = new ContainerdClient({ address: this.address, namespace: 'default' });
    checkMetadata(this.#options.root);
    this.#logStart = logSize(this.#logFile);
    try {
      this.#process ??= prepare(this.#options, () => answers(client));
      await this.#process.start();
      return await supportedVersion(client);
    } catch (error) {
      throw await this.explained(error);
    } finally {
      client.close();
    }
  }

  /**
   * The error, or that its database is damaged, if it has logged so since the start. It is ended then: the next start must
   * not adopt it.
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
   * Ends containerd; its containers run on in their shims. From version 1.7 on, a task that ends meanwhile is gone when
   * it is back, and with it the exit status; 1.6 keeps it.
   */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Lets it run on, for the next pouchd to adopt. */
  detach(): void {
    this.#process?.detach();
  }

  /** To be called when the connection to it was lost: notices its end at once. */
  check(): void {
    this.#process?.check();
  }

  /** Undefined before the first start. */
  state(): ProcessState | undefined {
    return this.#process?.state();
  }
}

function prepare(options: ManagedContainerdOptions, isReady: () => Promise<boolean>): ManagedProcess {
  const { root, state, address, executable, snapshotter = 'overlayfs', onEvent } = options;
  const command = findContainerd(executable);
  makeDirectories(options);
  const config = managedConfig({ root, state, address, snapshotter });
  const configFile = join(root, 'config.toml');
  writeFileSync(configFile, config, { mode: 0o600 });
  return new ManagedProcess({
    name: 'containerd',
    command,
    args: ['--config', configFile],
    env: { ...process.env, PATH: searchPath() },
    pidFile: join(state, 'containerd.pid'),
    logFile: managedLogFile(root),
    fingerprint: fingerprint(command, config),
    isReady,
    onEvent,
  });
}

/** Shims of containerd 1.6 to 2.2 have their sockets here, whatever `state` says; the names hold a hash of the address. */
const shimSocketRoot = '/run/containerd';

/**
 * Directories that containerd or a shim would make as well, but with modes that depend on version and order: old ones
 * let every user into `root` (CVE-2024-25621), and a shim makes /run/containerd with 0600, where the host's own
 * containerd then fails for containers with a user namespace. Such containers need to pass through `state`.
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

/** Changes with the configuration and with an upgrade of the package, after either of which it has to be restarted. */
function fingerprint(command: string, config: string): string {
  const { mtimeMs, size } = statSync(command);
  return createHash('sha256').update(`${command} ${mtimeMs} ${size}\n${config}`).digest('hex');
}

async function answers(client: ContainerdClient): Promise<boolean> {
  await client.version.get({ deadlineMs: 1_000 });
  return true;
}
