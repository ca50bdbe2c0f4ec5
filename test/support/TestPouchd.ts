/** A real pouchd with its own containerd, root, state, bridge and cgroups, for tests that run containers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { Client } from '../../client/index.ts';
import type { ContainerCreateRequest, ContainerInspect } from '../../client/index.ts';
import { derivedNames } from '../../config/derive.ts';
import { ContainerdClient } from '../../core/containerd/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxImage } from '../../scripts/lib/busyboxImage.ts';
import { type LayerFile, layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { makeDaemonDirectory, stateIn } from './daemonDirectory.ts';
import { clearHost } from './host/clear.ts';
import { inventory, type HostNames, unexplained } from './host/inventory.ts';

const project = resolve(import.meta.dirname, '../..');

/** To try another build: its path. */
const executable = process.env['POUCH_TEST_POUCHD'] ?? join(project, 'bin/pouchd');

/** To have containers that name no runtime run by another one. */
const runtime = process.env['POUCH_TEST_RUNTIME'];

/** The archive of the image, compressed once per process. */
let busybox: Promise<Buffer> | undefined;

const readyWithinMs = 30_000;
const endWithinMs = 20_000;

export interface StartOptions {
  /** See bin/daemon/failpoint.ts. */
  failpoint?: string;
  /** File descriptors that it may have (RLIMIT_NOFILE). */
  openFiles?: number;
  /** Descriptor of a socket that is passed to it as systemd does. */
  socket?: number;
}

export interface NewOptions extends StartOptions {
  /** Lines added to its YAML. */
  yaml?: string;
  /** Its path, if it is another one than that of this build. */
  executable?: string;
  /** Variables of its own, over those of the test. */
  env?: Record<string, string>;
  /** Bytes of a disk of its own (a tmpfs) at root or state. */
  disks?: { root?: number; state?: number };
  /** Bytes of a disk of its own at root, which a reboot of the host keeps. */
  rootDisk?: number;
  /** Its file system; default: ext4. */
  rootType?: 'ext4' | 'btrfs';
  /** A network namespace of its own, as a host has one. */
  hasOwnNetwork?: boolean;
}

export interface Finished {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export class TestPouchd {
  readonly dir: string;
  readonly root: string;
  readonly state: string;
  readonly names: HostNames;
  /** Of the containerd below it, for looks past the daemon. */
  readonly containerd: ContainerdClient;
  #yaml: string;
  readonly #env: Record<string, string>;
  readonly #openFiles: number | undefined;
  readonly #executable: string;
  #client: Client | undefined;
  #process: ChildProcess | undefined;
  #hasRootDisk = false;

  private constructor(
    dir: string,
    { yaml = '', env = {}, openFiles, executable: own = executable, hasOwnNetwork = false }: NewOptions,
  ) {
    this.dir = dir;
    this.root = join(dir, 'root');
    this.state = stateIn(dir);
    this.#yaml = yaml;
    this.#env = env;
    this.#openFiles = openFiles;
    this.#executable = own;
    const derived = derivedNames(this.state);
    const address = derived['containerd.address']!;
    const namespace = derived['containerd.namespace']!;
    this.names = {
      dir,
      root: this.root,
      state: this.state,
      bridge: derived['network.bridge']!,
      subnet: derived['network.subnet']!,
      cgroupParent: derived['cgroupParent']!,
      // As a mount in its directory, it goes with the other mounts there.
      ...(hasOwnNetwork && { network: join(dir, 'netns') }),
    };
    this.containerd = new ContainerdClient({ address, namespace });
  }

  /** Resolves when it serves and has the image `busybox`. */
  static async create(given: NewOptions = {}): Promise<TestPouchd> {
    const { disks = {}, rootDisk, rootType = 'ext4', failpoint, socket } = given;
    const test = new TestPouchd(await makeDaemonDirectory(), given);
    await mkdir(test.root);
    await test.#mountDisks(disks);
    if (rootDisk !== undefined) await test.#makeRootDisk(rootDisk, rootType);
    await test.#makeNetwork();
    await writeFile(test.configFile, test.#config());
    try {
      await test.start({
        ...(failpoint !== undefined && { failpoint }),
        ...(socket !== undefined && { socket }),
      });
      await test.#loadBusybox();
    } catch (error) {
      await test.dispose();
      throw error;
    }
    return test;
  }

  get host(): string {
    return `unix://${this.state}/pouchd.sock`;
  }

  get client(): Client {
    if (!this.#client) throw new Error('pouchd is not running');
    return this.#client;
  }

  get isRunning(): boolean {
    return this.#process !== undefined && !hasEnded(this.#process);
  }

  /** Of the last process that was started. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What it has logged, from the first start on. */
  log(): Promise<string> {
    return readFile(this.#logFile, 'utf8').catch(() => '');
  }

  /** Starts it; resolves when it serves. */
  async start({ failpoint, openFiles = this.#openFiles, socket }: StartOptions = {}): Promise<void> {
    const log = await open(this.#logFile, 'a');
    const env = {
      ...process.env,
      // Node reads these certificates at its start, which costs each daemon 40 ms; registries of tests need none.
      NODE_EXTRA_CA_CERTS: undefined,
      // A test that has written its configuration says itself when it is read.
      POUCHD_WATCH_CONFIG: 'false',
      ...this.#env,
      ...(failpoint !== undefined && { POUCHD_FAILPOINT: failpoint }),
    };
    const command = [this.#executable, '--config', this.configFile];
    // prlimit becomes the command: the pid stays.
    if (openFiles !== undefined) command.unshift('prlimit', `--nofile=${openFiles}:${openFiles}`);
    // sh becomes the command, too.
    if (socket !== undefined) command.unshift('sh', '-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', 'sh');
    if (this.names.network !== undefined) command.unshift('nsenter', `--net=${this.names.network}`);
    const child = spawn(command[0]!, command.slice(1), {
      env,
      stdio: ['ignore', log.fd, log.fd, ...(socket === undefined ? [] : [socket])],
    });
    this.#process = child;
    await log.close();
    this.#client = new Client({ host: this.host });
    const serves = () =>
      this.client.system.ping().then(
        () => true,
        () => hasEnded(child),
      );
    const isReady = await waitUntil(serves, { withinMs: readyWithinMs });
    if (!isReady || hasEnded(child)) throw new Error(`pouchd did not start:\n${await this.log()}`);
  }

  /** Waits for an end that something else caused; returns the signal it died of, or its exit code. */
  async ended(): Promise<string | number> {
    const child = this.#process;
    if (!child) throw new Error('pouchd was not started');
    const gone = await waitUntil(() => hasEnded(child), { withinMs: endWithinMs, everyMs: 5 });
    if (!gone) throw new Error(`pouchd (${child.pid}) did not end:\n${await this.log()}`);
    this.#forget();
    return child.signalCode ?? child.exitCode ?? 0;
  }

  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Containers, containerd and the log keeper keep running. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** What a reset of the host leaves: its root directory. */
  async rebootHost(): Promise<void> {
    await this.kill9();
    await clearHost(this.names);
    await rm(this.state, { recursive: true, force: true });
    if (this.#hasRootDisk) await this.#mountRootDisk();
    await this.#makeNetwork();
    await this.start();
  }

  async restart(options: StartOptions = {}): Promise<void> {
    await this.stop();
    await this.start(options);
  }

  /** Writes its configuration anew; `reload` or `restart` have it read. */
  async configure(yaml: string): Promise<void> {
    this.#yaml = yaml;
    await writeFile(this.configFile, this.#config());
  }

  /** The same with sections of it, each on one line: JSON is YAML. */
  async declare(sections: object): Promise<void> {
    const lines = Object.entries(sections).map(([name, objects]) => `${name}: ${JSON.stringify(objects)}\n`);
    await this.configure(lines.join(''));
  }

  /** Sends SIGHUP, and waits until its log has a new line that matches. */
  async reload(expected: RegExp): Promise<void> {
    const before = (await this.log()).length;
    this.#process?.kill('SIGHUP');
    const isLogged = async () => expected.test((await this.log()).slice(before));
    if (!(await waitUntil(isLogged, { withinMs: 30_000 })))
      throw new Error(`no ${String(expected)} after SIGHUP\n${(await this.log()).slice(before)}`);
  }

  /** Runs a second daemon with its configuration and more arguments, one that ends by itself. */
  async pouchd(...args: string[]): Promise<Finished> {
    return await finished(this.#executable, ['--config', this.configFile, ...args]);
  }

  /** The same below another command, such as unshare(1). */
  async pouchdBelow(command: string, ...args: string[]): Promise<Finished> {
    return await finished(command, [...args, this.#executable, '--config', this.configFile]);
  }

  /** Runs the `pouch` command against it. */
  async pouch(...args: string[]): Promise<Finished> {
    return await this.pouchWith({}, ...args);
  }

  /** The same with input on stdin and with variables. */
  async pouchWith(
    { input, env = {} }: { input?: string; env?: Record<string, string> },
    ...args: string[]
  ): Promise<Finished> {
    return await finished(join(project, 'bin/pouch'), args, {
      env: { ...env, POUCH_HOST: this.host },
      ...(input !== undefined && { input }),
    });
  }

  /** Loads an image of one layer, `NAME:latest`. `config` is its configuration beyond a command and a PATH. */
  async loadImage(
    name: string,
    files: readonly LayerFile[],
    config: Record<string, unknown> = {},
  ): Promise<void> {
    const archive = join(this.dir, `${name}.tar`);
    await writeImageArchive(archive, {
      reference: `docker.io/library/${name}:latest`,
      layers: [await layerTar(files)],
      config: { Cmd: ['sh'], Env: ['PATH=/bin:/usr/bin'], ...config },
    });
    await this.#load(archive);
  }

  /** Creates a busybox container from API fields; returns its id. */
  async createContainer(body: ContainerCreateRequest, name?: string): Promise<string> {
    const query = name === undefined ? {} : { name };
    return (await this.client.containers.create({ Image: 'busybox', ...body }, query)).Id;
  }

  /** Creates and starts one; returns its id. */
  async runContainer(body: ContainerCreateRequest, name?: string): Promise<string> {
    const id = await this.createContainer(body, name);
    await this.client.containers.start(id);
    return id;
  }

  /** Undefined if it does not exist. */
  async inspect(ref: string): Promise<ContainerInspect | undefined> {
    return await this.client.containers.inspect(ref).catch((error: { code?: string }) => {
      if (error.code === 'PCH_CONTAINER_NOT_FOUND') return undefined;
      throw error;
    });
  }

  /** Waits until a container has a status, and returns it then. */
  async until(ref: string, status: string, withinMs = 30_000): Promise<ContainerInspect> {
    let last: ContainerInspect | undefined;
    const reached = async () => {
      last = await this.inspect(ref);
      return (last?.State.Status ?? 'gone') === status;
    };
    if (await waitUntil(reached, { withinMs })) return last!;
    throw new Error(`${ref} is ${last?.State.Status ?? 'gone'}, not ${status}\n${await this.log()}`);
  }

  /** All that this daemon has on the host, one line each. */
  inventory(): Promise<Set<string>> {
    return inventory(this.names, this.containerd);
  }

  /** What is on the host now and was not before; waits a moment for what goes by itself. */
  async leftovers(before: ReadonlySet<string>, withinMs = 20_000): Promise<string[]> {
    let left: string[] = [];
    const isClean = async () => {
      left = [...(await this.inventory())].filter((line) => !before.has(line));
      return left.length === 0;
    };
    await waitUntil(isClean, { withinMs, everyMs: 50 });
    return left;
  }

  /** What names a container other than `ids`; waits a moment for what disappears by itself, e.g. a zombie. */
  async unexplained(ids: readonly string[], withinMs = 20_000): Promise<string[]> {
    let left: string[] = [];
    const isClean = async () => (left = unexplained(await this.inventory(), ids)).length === 0;
    await waitUntil(isClean, { withinMs });
    return left;
  }

  /** Ends it and removes all that it has on the host, whatever state a test left. */
  async dispose(): Promise<void> {
    if (this.isRunning) await this.#end('SIGKILL');
    this.containerd.close();
    await clearHost(this.names);
    await rm(this.dir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#process?.kill(signal);
    await this.ended();
  }

  #forget(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  get configFile(): string {
    return join(this.dir, 'pouchd.yaml');
  }

  get #logFile(): string {
    return join(this.dir, 'pouchd.out');
  }

  #config(): string {
    // A test with runtimes of its own names those that it means.
    const hasOwn = runtime === undefined || runtime === 'all' || /^runtime:/m.test(this.#yaml);
    const own = hasOwn ? '' : `runtime: { default: ${runtime} }\n`;
    return `apiVersion: pouch/v1\nroot: ${this.root}\nstate: ${this.state}\nhooksDir: ${this.dir}/hooks.d\n${own}${this.#yaml}`;
  }

  async #makeNetwork(): Promise<void> {
    const { network } = this.names;
    if (network === undefined) return;
    await writeFile(network, '');
    await execa('unshare', [`--net=${network}`, 'ip', 'link', 'set', 'lo', 'up']);
  }

  async #mountDisks({ root, state }: NonNullable<NewOptions['disks']>): Promise<void> {
    const mount = async (path: string, bytes: number) => {
      await mkdir(path, { recursive: true });
      await execa('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=711`, 'pouch-test', path]);
    };
    if (root !== undefined) await mount(this.root, root);
    if (state !== undefined) await mount(this.state, state);
  }

  async #makeRootDisk(bytes: number, type: 'ext4' | 'btrfs'): Promise<void> {
    await writeFile(this.#rootDisk, '');
    await truncate(this.#rootDisk, bytes);
    const options = type === 'ext4' ? ['-q', '-m', '0'] : ['-q'];
    await execa(`mkfs.${type}`, [...options, this.#rootDisk]);
    this.#hasRootDisk = true;
    await this.#mountRootDisk();
  }

  async #mountRootDisk(): Promise<void> {
    await execa('mount', ['-o', 'loop', this.#rootDisk, this.root]);
    await chmod(this.root, 0o711);
  }

  get #rootDisk(): string {
    return join(this.dir, 'root.ext4');
  }

  async #loadBusybox(): Promise<void> {
    const archive = join(this.dir, 'busybox.tar');
    busybox ??= busyboxImage(archive).then(() => readFile(archive));
    await writeFile(archive, await busybox);
    await this.#load(archive);
  }

  async #load(archive: string): Promise<void> {
    for await (const message of await this.client.images.load(createReadStream(archive)))
      if (message.error) throw new Error(message.error);
    await rm(archive);
  }
}

async function finished(
  file: string,
  args: string[],
  { input, env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<Finished> {
  const {
    exitCode = -1,
    stdout,
    stderr,
  } = await execa(file, args, {
    env,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    reject: false,
    stripFinalNewline: false,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  return { exitCode, stdout, stderr };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
