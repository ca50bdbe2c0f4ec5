import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { RegistriesConfig } from '../../config/types.ts';
import { ContainerdClient, ManagedContainerd, ifFound } from '../../core/containerd/index.ts';
import { FileWorkers } from '../../core/files/index.ts';
import { ImageStore } from '../../core/images/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import type { EngineEvent } from '../../hooks/engine.ts';

/** Defaults that let a test fail quickly. */
export const testConfig: RegistriesConfig = {
  defaultRegistry: 'docker.io',
  mirrors: {},
  plainHttp: [],
  insecureTls: [],
  certificates: {},
  certificatesDirectory: '/nonexistent/certs.d',
  dockerConfig: '/nonexistent/config.json',
  credentials: {},
  maxParallelDownloads: 4,
  maxParallelUploads: 5,
  idleTimeout: 5000,
  minimumRate: 1024,
  minimumRateWindow: 30_000,
  retries: 3,
};

const worker = resolve(import.meta.dirname, '../../bin/pouch-files');

/** An image store on a real containerd with directories of its own. */
export class TestImageStore {
  readonly dir: string;
  readonly client: ContainerdClient;
  readonly events: Omit<EngineEvent, 'timeNano'>[] = [];
  /** Container names by image id, for the in-use check. */
  readonly inUse = new Map<string, string[]>();
  readonly #containerd: ManagedContainerd;
  readonly #files: FileWorkers;
  readonly #stores: ImageStore[] = [];
  readonly #hasDisk: boolean;

  private constructor(dir: string, containerd: ManagedContainerd, address: string, hasDisk: boolean) {
    this.dir = dir;
    this.#hasDisk = hasDisk;
    this.#containerd = containerd;
    this.client = new ContainerdClient({ address, namespace: 'test' });
    this.#files = new FileWorkers({ command: [worker, dir], timeout: () => 20_000 });
  }

  /** With `rootBytes` its content and snapshots are on a file system of that size. */
  static async start({ rootBytes }: { rootBytes?: number } = {}): Promise<TestImageStore> {
    const dir = await mkdtemp(join(tmpdir(), 'pouch-images-'));
    const root = join(dir, 'root');
    await mkdir(root);
    if (rootBytes) await execa('mount', ['-t', 'tmpfs', '-o', `size=${rootBytes}`, 'pouch-test', root]);
    const address = join(dir, 'containerd.sock');
    const containerd = new ManagedContainerd({
      root,
      state: join(dir, 'state'),
      address,
      onEvent: () => undefined,
    });
    await containerd.start();
    return new TestImageStore(dir, containerd, address, rootBytes !== undefined);
  }

  /** A store with nothing cached, as after a restart of the daemon. */
  store(config: Partial<RegistriesConfig> = {}, owner = '/root-of-a-daemon'): ImageStore {
    const store = new ImageStore({
      client: this.client,
      layers: this.#files,
      owner,
      scratch: join(this.dir, 'scratch'),
      config: () => ({ ...testConfig, ...config }),
      isInUse: (id) => this.inUse.get(id) ?? [],
      emit: (event) => this.events.push(event),
    });
    this.#stores.push(store);
    return store;
  }

  /** Removes all images and what failures left to resume. */
  async clear(): Promise<void> {
    this.inUse.clear();
    for (const { id } of await this.client.leases.list()) await ifFound(this.client.leases.delete(id));
    const images = await this.client.images.list();
    for (const { name } of images) await this.client.images.delete(name);
    // A deletion waits for the collector only if it asks for it.
    const { id } = await this.client.leases.create({});
    await this.client.leases.delete(id, { sync: true });
  }

  /** What containerd holds, for "nothing is left". */
  async leftovers(): Promise<{ blobs: number; ingests: number; snapshots: number; leases: number }> {
    return {
      blobs: (await this.client.content.list()).length,
      ingests: (await this.client.content.listStatuses()).length,
      snapshots: (await this.client.snapshots.list()).length,
      leases: (await this.client.leases.list()).length,
    };
  }

  async stop(): Promise<void> {
    for (const store of this.#stores) store.close();
    this.#files.close();
    this.client.close();
    await this.#containerd.stop();
    if (this.#hasDisk) await this.#unmount();
    await rm(this.dir, { recursive: true });
  }

  /** Processes that end may use the file system still. */
  async #unmount(): Promise<void> {
    let problem = '';
    const unmounts = async () => {
      const { failed, stderr } = await execa('umount', [join(this.dir, 'root')], { reject: false });
      problem = stderr;
      return !failed;
    };
    if (!(await waitUntil(unmounts, { withinMs: 20_000, everyMs: 100 }))) throw new Error(problem);
  }
}
