import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxImage } from '../../scripts/lib/busyboxImage.ts';
import { mountsBelow } from '../../scripts/lib/mounts.ts';
import { removeCgroup } from './host/cgroups.ts';

export const podmanBusybox = 'docker.io/library/busybox:latest';

// Its locks are else the host's, in /dev/shm.
const configuration = '[engine]\nlock_type = "file"\n';

/** Debian's podman with a storage of its own and the image {@link podmanBusybox}, and the socket of its service. */
export class TestPodman {
  readonly directory = mkdtempSync(join(tmpdir(), 'pouch-podman-'));
  readonly #socket = join(this.directory, 'p.sock');
  readonly host = `unix://${this.#socket}`;
  #service: ChildProcess | undefined;

  static async start(): Promise<TestPodman> {
    const podman = new TestPodman();
    try {
      await podman.#start();
      return podman;
    } catch (error) {
      await podman.dispose();
      throw error;
    }
  }

  /** Runs `podman ARGS`; it must succeed. */
  async podman(...args: string[]): Promise<string> {
    const { stdout } = await execa('podman', [...this.#places(), ...args], { env: this.#environment() });
    return stdout;
  }

  /** Runs a container without a network, by runc: crun needs other cgroups. Its mounts are not the host's. */
  async run(name: string, ...args: string[]): Promise<void> {
    // Podman asks for more than root may have here.
    const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
    const options = ['-d', '--name', name, '--network', 'none', '--stop-timeout', '0', ...limits];
    const command = ['podman', ...this.#places(), '--runtime', '/usr/sbin/runc', 'run', ...options, ...args];
    await execa('unshare', ['--net', '--mount', ...command], { env: this.#environment() });
  }

  async dispose(): Promise<void> {
    await this.podman('rm', '--all', '--force').catch(() => undefined);
    if (this.#service && this.#service.exitCode === null) {
      const ended = once(this.#service, 'exit');
      this.#service.kill('SIGTERM');
      await ended;
    }
    for (const mount of mountsBelow(this.directory)) await execa('umount', [mount], { reject: false });
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    await removeCgroup('/libpod_parent');
  }

  async #start(): Promise<void> {
    writeFileSync(join(this.directory, 'containers.conf'), configuration);
    const archive = join(this.directory, 'busybox.tar');
    await busyboxImage(archive);
    await this.podman('load', '-i', archive);
    const service = ['podman', ...this.#places(), 'system', 'service', '-t', '0', this.host];
    this.#service = spawn('unshare', ['--net', '--mount', ...service], {
      stdio: 'ignore',
      env: { ...process.env, ...this.#environment() },
    });
    if (!(await waitUntil(() => existsSync(this.#socket), { withinMs: 30_000, everyMs: 50 })))
      throw new Error('podman has no socket after 30 seconds');
  }

  #places(): string[] {
    const path = (name: string) => join(this.directory, name);
    const places = ['--root', path('root'), '--runroot', path('run'), '--tmpdir', path('tmp')];
    const host = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
    return [...places, ...host, '--network-config-dir', path('net')];
  }

  #environment(): Record<string, string> {
    return { CONTAINERS_CONF: join(this.directory, 'containers.conf') };
  }
}
