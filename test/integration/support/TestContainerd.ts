import { readdir, rm, rmdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  ContainerdClient,
  ManagedContainerd,
  type NewTask,
  packRuncOptions,
} from '../../../core/containerd/index.ts';
import type { ProcessEvent } from '../../../core/supervise/index.ts';
import { busyboxRootfs, busyboxSpec } from './busybox.ts';

/** A real containerd with its own root, state, socket and cgroup, and what it takes to run busybox in it. */
export class TestContainerd {
  readonly dir: string;
  readonly namespace = 'test';
  readonly cgroup: string;
  readonly client: ContainerdClient;
  readonly events: ProcessEvent[] = [];
  managed: ManagedContainerd;

  private constructor(dir: string) {
    this.dir = dir;
    this.cgroup = `/${basename(dir)}`;
    this.managed = this.newManaged();
    this.client = new ContainerdClient({ address: this.address, namespace: this.namespace });
  }

  static async start(): Promise<TestContainerd> {
    const test = new TestContainerd(await mkdtemp(join(tmpdir(), 'pouch-cd-')));
    await test.managed.start();
    await busyboxRootfs(join(test.dir, 'rootfs'));
    return test;
  }

  get address(): string {
    return join(this.dir, 'containerd.sock');
  }

  /** What a second pouchd with the same configuration would have. */
  newManaged(): ManagedContainerd {
    return new ManagedContainerd({
      root: join(this.dir, 'root'),
      state: join(this.dir, 'state'),
      address: this.address,
      // To try another version: its path, and its directory first in PATH for its shim.
      executable: process.env['POUCH_TEST_CONTAINERD'],
      onEvent: (event) => this.events.push(event),
    });
  }

  /** A container record and its created task. */
  async createTask(containerId: string, ...args: string[]): Promise<number> {
    await this.createContainer(containerId, ...args);
    return this.client.tasks.create(this.taskOf(containerId));
  }

  async createContainer(id: string, ...args: string[]): Promise<void> {
    await this.client.containers.create({
      id,
      runtime: { name: 'io.containerd.runc.v2', options: packRuncOptions({ root: join(this.dir, 'runc') }) },
      spec: busyboxSpec(args, `${this.cgroup}/${id}`),
    });
  }

  taskOf(containerId: string): NewTask {
    const source = join(this.dir, 'rootfs');
    return { containerId, rootfs: [{ type: 'bind', source, target: '', options: ['rbind', 'rw'] }] };
  }

  /** Ends everything in it, whatever state the test left. */
  async remove(): Promise<void> {
    await this.managed.start();
    for (const task of await this.client.tasks.list()) await this.#removeTask(task.id);
    for (const { id } of await this.client.containers.list()) await this.client.containers.delete(id);
    this.client.close();
    await this.managed.stop();
    await removeCgroup(this.cgroup);
    await rm(this.dir, { recursive: true });
  }

  async #removeTask(id: string): Promise<void> {
    const ended = this.client.tasks.wait(id, '', { deadlineMs: 10_000 });
    await this.client.tasks.kill(id, 9).catch(() => undefined);
    await ended;
    await this.client.tasks.delete(id);
  }
}

/** runc leaves the parent of a container's cgroup, in each hierarchy. */
async function removeCgroup(path: string): Promise<void> {
  for (const hierarchy of await readdir('/sys/fs/cgroup')) {
    await rmdir(join('/sys/fs/cgroup', hierarchy, path)).catch(() => undefined);
  }
  await rmdir(join('/sys/fs/cgroup', path)).catch(() => undefined);
}
